import type { ReadableStreamBYOBReader, ReadableStreamDefaultReader } from "node:stream/web";
import { asError, closedEarlyError, unsolicitedError } from "../errors.ts";
import type { EncodedRequest } from "../http1/request.ts";
import { type BodyUse, type Reading, type Response, ResponseCollector } from "../http1/response.ts";
import type { WebStreams } from "../web-streams.ts";
import { refuse } from "./ready.ts";
import type { Connection, ExchangeObserver } from "./strategy.ts";

type StreamReader = ReadableStreamDefaultReader<Uint8Array> | ReadableStreamBYOBReader;

/** Every end is told by the streams' own promises; these say nothing more. */
function ignore(): void {}

/** A pair of the platform's streams as a connection; how the readable is read is its subclass's. */
export abstract class WebStreamsConnection<R extends StreamReader> implements Connection<Response> {
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

  /**
   * One async function, with the loop in it: each more is a promise and a microtask for every
   * response, 0.15 µs.
   */
  abstract exchange(request: EncodedRequest, observer: ExchangeObserver<Response>): Promise<void>;

  get usable(): boolean {
    // Between exchanges nothing may wait: it would be taken for the next answer.
    const { ended, streams, writer } = this;
    return ended === undefined && streams.bufferedBytes === 0 && (writer.desiredSize ?? 0) > 0;
  }

  close(): void {
    this.closed = true;
    this.end(closedEarlyError());
  }

  protected begin(request: EncodedRequest, use: BodyUse): void {
    if (this.ended !== undefined) throw this.ended;
    const { bufferedBytes } = this.streams;
    if (bufferedBytes > 0) throw unsolicitedError(bufferedBytes);
    this.collector.begin(request.method, use);
    // Not awaited: the answer may come before the request is sent whole. A failure ends reading too.
    this.writer.write(request.bytes).catch(ignore);
  }

  /** The stream is at its end, which after our own close is not the server's and completes nothing. */
  protected finish(): void {
    if (this.closed) throw closedEarlyError();
    this.collector.feedEof();
  }

  /** The response is complete. */
  protected respond(observer: ExchangeObserver<Response>): void {
    const response = this.collector.take();
    if (!response.persistent) this.close();
    observer.responded(response);
  }

  /** There will be none. */
  protected fail(observer: ExchangeObserver<Response>, error: unknown): void {
    this.close();
    refuse(observer, error);
  }

  private end(reason: Error): void {
    if (this.ended !== undefined) return;
    this.ended = reason;
    this.writer.abort().catch(ignore);
    this.reader.cancel().catch(ignore);
  }
}
