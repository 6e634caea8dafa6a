import { asError, closedEarlyError, unsolicitedError } from "../errors.ts";
import type { EncodedRequest } from "../http1/request.ts";
import { type BodyUse, type Reading, type Response, ResponseCollector } from "../http1/response.ts";
import type { Connection, ExchangeObserver } from "./strategy.ts";

/**
 * What strategies that parse have in common: one exchange at a time, whose end is told once. They
 * differ in how they come by the bytes that they give to `take`.
 */
export abstract class ParsingConnection implements Connection<Response> {
  private readonly collector: ResponseCollector;
  private observer: ExchangeObserver<Response> | undefined;
  /** Why no exchange can follow. */
  private ended: Error | undefined;

  constructor(reading: Reading) {
    this.collector = new ResponseCollector(reading);
  }

  get usable(): boolean {
    return this.ended === undefined && this.unreadBytes() === 0 && this.isReady();
  }

  exchange(request: EncodedRequest, observer: ExchangeObserver<Response>): void {
    const unreadBytes = this.unreadBytes();
    if (unreadBytes > 0) this.fail(unsolicitedError(unreadBytes));
    const { ended } = this;
    if (ended !== undefined) {
      // After the caller's turn, as every other end is told.
      queueMicrotask(() => observer.failed(ended));
      return;
    }
    this.observer = observer;
    this.collector.begin(request.method, this.bodyUse(observer));
    this.write(request.bytes);
  }

  close(): void {
    this.ended ??= closedEarlyError();
    this.abort();
  }

  /** Whether another request can be written. */
  protected abstract isReady(): boolean;
  protected abstract write(bytes: Uint8Array): void;
  /** Closes: the server has said that nothing follows. */
  protected abstract shut(): void;
  /** Closes at once, and brings an EOF or an error to whoever reads. */
  protected abstract abort(): void;

  /** Bytes that have come and wait to be read: no answer to a request that is still to be written. */
  protected unreadBytes(): number {
    return 0;
  }

  /** What becomes of a body; for a strategy that reads into memory of its own. */
  protected bodyUse(asked: BodyUse): BodyUse {
    return asked;
  }

  /** Takes a chunk that has come, and tells of the response if it is complete. */
  protected take(chunk: Uint8Array): void {
    if (this.feed(chunk)) this.complete();
  }

  /** The same at the end of all chunks. After our own close that is not the server's, and completes nothing. */
  protected takeEof(): void {
    this.feedEof();
    this.complete();
  }

  /** Takes a chunk; true when it completes the response. Throws for bytes that belong to none. */
  protected feed(chunk: Uint8Array): boolean {
    return this.collector.feed(chunk);
  }

  /** Completes the response with the end of all chunks, or throws. */
  protected feedEof(): void {
    const { ended } = this;
    this.ended ??= closedEarlyError();
    if (this.observer === undefined || ended !== undefined) throw this.ended;
    this.collector.feedEof();
  }

  protected complete(): void {
    const response = this.collector.take();
    if (!response.persistent) this.shut();
    const { observer } = this;
    this.observer = undefined;
    try {
      observer?.responded(response);
    } catch (error) {
      // The observer's fault, and not the connection's: nothing here may swallow it.
      queueMicrotask(() => {
        throw error;
      });
    }
  }

  /** The connection is of no more use, and neither is a response that has begun. */
  protected fail(reason: unknown): void {
    const error = asError(reason);
    this.ended ??= error;
    this.abort();
    const { observer } = this;
    this.observer = undefined;
    observer?.failed(error);
  }
}
