import type { EncodedRequest } from "../http1/request.ts";
import type { Response } from "../http1/response.ts";
import { openStreams } from "../streams.ts";
import { observed } from "./promised.ts";
import type { ExchangeOptions, ParsingStrategy } from "./strategy.ts";
import { limitBytes, StreamsConnection } from "./streams-connection.ts";

/** The chunk-loop as the language writes it: `for await` over the Reader, anew for each response. */
export const asyncIterator: ParsingStrategy = {
  name: "async-iterator",
  summary: "the chunk-loop written as for await over the Reader",
  core: false,
  async connect(dial, reading) {
    return observed(new AsyncIteration(await openStreams(dial, limitBytes), reading));
  },
};

class AsyncIteration extends StreamsConnection {
  async request(request: EncodedRequest, options: ExchangeOptions): Promise<Response> {
    try {
      this.begin(request, options);
      for await (const chunk of this.reader) {
        if (this.collector.feed(chunk)) return this.take();
      }
      this.finish();
      return this.take();
    } catch (error) {
      this.close();
      throw error;
    }
  }
}
