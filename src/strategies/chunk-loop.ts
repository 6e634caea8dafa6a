import type { EncodedRequest } from "../http1/request.ts";
import type { Response } from "../http1/response.ts";
import { openStreams } from "../streams.ts";
import type { ExchangeObserver, ParsingStrategy } from "./strategy.ts";
import { limitBytes, StreamsConnection } from "./streams-connection.ts";

/** Steps 4 and 5: a Reader is fed, and the caller pulls chunks from it until the response is whole. */
export const chunkLoop: ParsingStrategy = {
  name: "chunk-loop",
  summary: "a Reader, read in a loop until the response is whole, and a Writer",
  core: true,
  async connect(dial, reading) {
    return new ChunkLoop(await openStreams(dial, limitBytes), reading);
  },
};

class ChunkLoop extends StreamsConnection {
  async exchange(request: EncodedRequest, observer: ExchangeObserver<Response>): Promise<void> {
    try {
      this.begin(request, observer);
      for (;;) {
        const chunk = this.reader.readNow(limitBytes);
        if (chunk === undefined) await this.reader.whenReadable();
        else if (this.accept(chunk)) break;
      }
    } catch (error) {
      this.fail(observer, error);
      return;
    }
    this.respond(observer);
  }

  /** Whether that completes the response; an empty chunk is EOF. */
  private accept(chunk: Uint8Array): boolean {
    if (chunk.length > 0) return this.collector.feed(chunk);
    this.finish();
    return true;
  }
}
