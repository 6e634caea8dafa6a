import { type Response, ResponseCollector } from "../http1/response.ts";
import { ProtocolConnection } from "./protocol-connection.ts";
import type { Answer, ParsingStrategy } from "./strategy.ts";

/** A Protocol. The response is complete when a callback sees it; there is no promise at all. */
export const callback: ParsingStrategy = {
  name: "callback",
  summary: "a Protocol: dataReceived sees the response complete and calls back",
  core: true,
  async connect(dial, reading) {
    const protocol = new CallbackProtocol(new ResponseCollector(reading));
    await dial(protocol);
    return protocol;
  },
};

/** Over any collector: the floor is the same with one that only counts. */
export class CallbackProtocol<A extends Answer = Response> extends ProtocolConnection<A> {
  dataReceived(data: Uint8Array): void {
    try {
      this.take(data);
    } catch (error) {
      this.fail(error);
    }
  }

  eofReceived(): boolean {
    try {
      this.takeEof();
    } catch (error) {
      this.fail(error);
    }
    return false;
  }
}
