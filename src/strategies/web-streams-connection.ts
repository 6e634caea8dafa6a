import type { ReadableStreamBYOBReader, ReadableStreamDefaultReader } from "node:stream/web";
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
  private open = true;

  constructor(streams: WebStreams, reader: R, reading: Reading) {
    this.streams = streams;
    this.reader = reader;
    this.writer = streams.writable.getWriter();
    this.collector = new ResponseCollector(reading);
    const ended = () => this.close();
    this.reader.closed.then(ended, ended);
    this.writer.closed.catch(ended);
  }

  /** Reads until the collector has a whole response. */
  protected abstract readResponse(options: ExchangeOptions): Promise<Response>;

  get usable(): boolean {
    // Between exchanges nothing may wait: it would be taken for the next answer.
    return this.open && this.streams.bufferedBytes === 0;
  }

  async request(request: EncodedRequest, options: ExchangeOptions): Promise<Response> {
    try {
      this.collector.begin(request.method, options.keepBody);
      await this.writer.write(request.bytes);
      const response = await this.readResponse(options);
      if (!response.persistent) this.close();
      return response;
    } catch (error) {
      this.close();
      throw error;
    }
  }

  close(): void {
    if (!this.open) return;
    this.open = false;
    this.writer.abort().catch(() => {});
    this.reader.cancel().catch(() => {});
  }
}
