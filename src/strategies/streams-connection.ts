import { closedEarlyError, unsolicitedError } from "../errors.ts";
import type { EncodedRequest } from "../http1/request.ts";
import { type BodyUse, type Reading, type Response, ResponseCollector } from "../http1/response.ts";
import type { Reader } from "../reader.ts";
import type { Streams } from "../streams.ts";
import type { Writer } from "../writer.ts";
import { isReady, refuse } from "./ready.ts";
import type { Connection, ExchangeObserver } from "./strategy.ts";

/**
 * The largest chunk that Bun delivers. With it as the reader's limit one chunk never pauses the
 * socket, and one read takes it whole.
 */
export const limitBytes = 512 * 1024;

/** A Reader and a Writer as a connection; how the reader is read is what strategies differ in. */
export abstract class StreamsConnection implements Connection<Response> {
  protected readonly reader: Reader;
  protected readonly writer: Writer;
  protected readonly collector: ResponseCollector;
  private closed = false;

  constructor({ reader, writer }: Streams, reading: Reading) {
    this.reader = reader;
    this.writer = writer;
    this.collector = new ResponseCollector(reading);
  }

  /**
   * One async function, with the loop in it: each more is a promise and a microtask for every
   * response, 0.15 µs.
   */
  abstract exchange(request: EncodedRequest, observer: ExchangeObserver<Response>): Promise<void>;

  get usable(): boolean {
    // Between exchanges nothing may wait: it would be taken for the next answer.
    const { reader, writer } = this;
    return isReady(writer.transport) && !reader.atEof() && reader.bufferedBytes === 0;
  }

  close(): void {
    this.closed = true;
    this.writer.transport.abort();
  }

  protected begin(request: EncodedRequest, use: BodyUse): void {
    const { bufferedBytes } = this.reader;
    if (bufferedBytes > 0) throw unsolicitedError(bufferedBytes);
    this.collector.begin(request.method, use);
    this.writer.write(request.bytes);
  }

  /** The reader is at its end, which after our own close is not the server's and completes nothing. */
  protected finish(): void {
    if (this.closed) throw closedEarlyError();
    this.collector.feedEof();
  }

  /** The response is complete. */
  protected respond(observer: ExchangeObserver<Response>): void {
    const response = this.collector.take();
    if (!response.persistent) this.writer.close();
    observer.responded(response);
  }

  /** There will be none. */
  protected fail(observer: ExchangeObserver<Response>, error: unknown): void {
    this.close();
    refuse(observer, error);
  }
}
