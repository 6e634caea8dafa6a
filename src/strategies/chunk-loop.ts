import type { EncodedRequest } from "../http1/request.ts";
import { type Reading, type Response, ResponseCollector } from "../http1/response.ts";
import type { Reader } from "../reader.ts";
import { openStreams, type Streams } from "../streams.ts";
import type { Writer } from "../writer.ts";
import { observed, type PromisedConnection } from "./promised.ts";
import type { ExchangeOptions, ParsingStrategy } from "./strategy.ts";

/**
 * The largest chunk that Bun delivers. With it as the reader's limit one chunk never pauses the
 * socket, and one read takes it whole.
 */
const limitBytes = 512 * 1024;

/** Steps 4 and 5: a Reader is fed, and the caller pulls chunks from it until the response is whole. */
export const chunkLoop: ParsingStrategy = {
  name: "chunk-loop",
  summary: "a Reader, read in a loop until the response is whole, and a Writer",
  core: true,
  async connect(dial, reading) {
    return observed(new ChunkLoop(await openStreams(dial, limitBytes), reading));
  },
};

class ChunkLoop implements PromisedConnection {
  private readonly reader: Reader;
  private readonly writer: Writer;
  private readonly collector: ResponseCollector;

  constructor({ reader, writer }: Streams, reading: Reading) {
    this.reader = reader;
    this.writer = writer;
    this.collector = new ResponseCollector(reading);
  }

  get usable(): boolean {
    // Between exchanges nothing may wait: it would be taken for the next answer.
    return !this.writer.isClosing() && !this.reader.atEof() && this.reader.bufferedBytes === 0;
  }

  async request(request: EncodedRequest, { keepBody }: ExchangeOptions): Promise<Response> {
    try {
      this.collector.begin(request.method, keepBody);
      this.writer.write(request.bytes);
      for (;;) {
        const chunk = this.reader.readNow(limitBytes);
        if (chunk === undefined) await this.reader.whenReadable();
        else if (this.accept(chunk)) break;
      }
      const response = this.collector.take();
      if (!response.persistent) this.writer.close();
      return response;
    } catch (error) {
      this.close();
      throw error;
    }
  }

  close(): void {
    this.writer.transport.abort();
  }

  /** Whether that completes the response; an empty chunk is EOF. */
  private accept(chunk: Uint8Array): boolean {
    if (chunk.length > 0) return this.collector.feed(chunk);
    this.collector.feedEof();
    return true;
  }
}
