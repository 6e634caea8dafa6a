import type { EncodedRequest } from "../http1/request.ts";
import type { Response } from "../http1/response.ts";
import { openStreams } from "../streams.ts";
import { observed } from "./promised.ts";
import type { ExchangeOptions, ParsingStrategy } from "./strategy.ts";
import { limitBytes, StreamsConnection } from "./streams-connection.ts";

/** Steps 4 and 5: a Reader is fed, and the caller pulls chunks from it until the response is whole. */
export const chunkLoop: ParsingStrategy = {
  name: "chunk-loop",
  summary: "a Reader, read in a loop until the response is whole, and a Writer",
  core: true,
  async connect(dial, reading) {
    return observed(new ChunkLoop(await openStreams(dial, limitBytes), reading));
  },
};

class ChunkLoop extends StreamsConnection {
  /** One async function, with the loop in it: each more is a promise more for every response. */
  async request(request: EncodedRequest, options: ExchangeOptions): Promise<Response> {
    try {
      this.begin(request, options);
      for (;;) {
        const chunk = this.reader.readNow(limitBytes);
        if (chunk === undefined) await this.reader.whenReadable();
        else if (this.accept(chunk)) break;
      }
      return this.take();
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Whether that completes the response; an empty chunk is EOF. */
  private accept(chunk: Uint8Array): boolean {
    if (chunk.length > 0) return this.collector.feed(chunk);
    this.finish();
    return true;
  }
}
