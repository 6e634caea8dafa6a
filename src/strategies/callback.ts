import { ProtocolConnection } from "./protocol-connection.ts";
import type { ParsingStrategy } from "./strategy.ts";

/** Step 1: a Protocol. The response is complete when a callback sees it; there is no promise at all. */
export const callback: ParsingStrategy = {
  name: "callback",
  summary: "a Protocol: dataReceived sees the response complete and calls back",
  core: true,
  async connect(dial, reading) {
    const protocol = new CallbackProtocol(reading);
    await dial(protocol);
    return protocol;
  },
};

class CallbackProtocol extends ProtocolConnection {
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
