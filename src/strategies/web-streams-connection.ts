import type { ReadableStreamBYOBReader, ReadableStreamDefaultReader } from "node:stream/web";
import { asError, closedEarlyError, unsolicitedError } from "../errors.ts";
import type { EncodedRequest } from "../http1/request.ts";
import { type Reading, type Response, ResponseCollector } from "../http1/response.ts";
import type { WebStreams } from "../web-streams.ts";
import type { PromisedConnection } from "./promised.ts";
import type { ExchangeOptions } from "./strategy.ts";

type StreamReader = ReadableStreamDefaultReader<Uint8Array> | ReadableStreamBYOBReader;

/** A pair of the platform's streams as a connection; how the readable is read is its subclass's. */
export abstract class WebStreamsConnection<R extends StreamReader> implements PromisedConnection {
  protected readonly reader: R;
  protected readonly collector: ResponseCollector;
  private readonly streams: WebStreams;
  private readonly writer: WritableStreamDefaultWriter<Uint8Array>;
  /** Why no exchange can follow. */
  private ended: Error | undefined;
  private closed = false;

  constructor(streams: WebStreams, reader: R, reading: Reading) {
    this.streams = streams;
    this.reader = reader;
    this.writer = streams.writable.getWriter();
    this.collector = new ResponseCollector(reading);
    const failed = (error: unknown) => this.end(asError(error));
    this.reader.closed.then(() => this.end(closedEarlyError()), failed);
    this.writer.closed.catch(failed);
  }

  /** Reads until the collector has a whole response. */
  protected abstract readResponse(options: ExchangeOptions): Promise<Response>;

  get usable(): boolean {
    // Between exchanges nothing may wait: it would be taken for the next answer.
    const { ended, streams, writer } = this;
    return ended === undefined && streams.bufferedBytes === 0 && (writer.desiredSize ?? 0) > 0;
  }

  async request(request: EncodedRequest, options: ExchangeOptions): Promise<Response> {
    try {
      if (this.ended !== undefined) throw this.ended;
      const { bufferedBytes } = this.streams;
      if (bufferedBytes > 0) throw unsolicitedError(bufferedBytes);
      this.collector.begin(request.method, options.keepBody);
      // Not awaited: the answer may come before the request is sent whole. A failure ends reading too.
      this.writer.write(request.bytes).catch(() => {});
      const response = await this.readResponse(options);
      if (!response.persistent) this.close();
      return response;
    } catch (error) {
      this.close();
      throw error;
    }
  }

  close(): void {
    this.closed = true;
    this.end(closedEarlyError());
  }

  /** The stream is at its end, which after our own close is not the server's and completes nothing. */
  protected finish(): Response {
    if (this.closed) throw closedEarlyError();
    this.collector.feedEof();
    return this.collector.take();
  }

  private end(reason: Error): void {
    if (this.ended !== undefined) return;
    this.ended = reason;
    this.writer.abort().catch(() => {});
    this.reader.cancel().catch(() => {});
  }
}
