import type { EncodedRequest } from "../http1/request.ts";
import type { Response } from "../http1/response.ts";
import { openStreams } from "../streams.ts";
import type { ExchangeObserver, ParsingStrategy } from "./strategy.ts";
import { limitBytes, StreamsConnection } from "./streams-connection.ts";

/** The chunk-loop as the language writes it: `for await` over the Reader, anew for each response. */
export const asyncIterator: ParsingStrategy = {
  name: "async-iterator",
  summary: "the chunk-loop written as for await over the Reader",
  core: false,
  async connect(dial, reading) {
    return new AsyncIteration(await openStreams(dial, limitBytes), reading);
  },
};

class AsyncIteration extends StreamsConnection {
  async exchange(request: EncodedRequest, observer: ExchangeObserver<Response>): Promise<void> {
    try {
      this.begin(request, observer);
      let complete = false;
      for await (const chunk of this.reader) {
        complete = this.collector.feed(chunk);
        if (complete) break;
      }
      if (!complete) this.finish();
    } catch (error) {
      this.fail(observer, error);
      return;
    }
    this.respond(observer);
  }
}
