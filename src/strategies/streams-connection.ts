import type { EncodedRequest } from "../http1/request.ts";
import { type Reading, type Response, ResponseCollector } from "../http1/response.ts";
import type { Reader } from "../reader.ts";
import type { Streams } from "../streams.ts";
import type { Writer } from "../writer.ts";
import type { PromisedConnection } from "./promised.ts";
import type { ExchangeOptions } from "./strategy.ts";

/**
 * The largest chunk that Bun delivers. With it as the reader's limit one chunk never pauses the
 * socket, and one read takes it whole.
 */
export const limitBytes = 512 * 1024;

/** A Reader and a Writer as a connection; how the reader is read is what strategies differ in. */
export abstract class StreamsConnection implements PromisedConnection {
  protected readonly reader: Reader;
  protected readonly writer: Writer;
  protected readonly collector: ResponseCollector;

  constructor({ reader, writer }: Streams, reading: Reading) {
    this.reader = reader;
    this.writer = writer;
    this.collector = new ResponseCollector(reading);
  }

  abstract request(request: EncodedRequest, options: ExchangeOptions): Promise<Response>;

  get usable(): boolean {
    // Between exchanges nothing may wait: it would be taken for the next answer.
    return !this.writer.isClosing() && !this.reader.atEof() && this.reader.bufferedBytes === 0;
  }

  close(): void {
    this.writer.transport.abort();
  }

  protected begin(request: EncodedRequest, { keepBody }: ExchangeOptions): void {
    this.collector.begin(request.method, keepBody);
    this.writer.write(request.bytes);
  }

  protected take(): Response {
    const response = this.collector.take();
    if (!response.persistent) this.writer.close();
    return response;
  }
}
