import { asError, closedEarlyError, unsolicitedError } from "../errors.ts";
import type { EncodedRequest } from "../http1/request.ts";
import type { Response } from "../http1/response.ts";
import { giveBack } from "../slabs.ts";
import type { Answer, Connection, ExchangeObserver } from "./strategy.ts";

/** Makes answers of the bytes of a connection, one after the other. */
export interface Collector<A extends Answer = Response> {
  /** Expects the answer to `request`, whose body is kept in it or only counted. */
  begin(request: EncodedRequest, keepBody: boolean): void;
  /**
   * Takes what of `chunk` from index `from` belongs to the answer that is expected, and returns the
   * index after it. Throws a ReadError for bytes that no answer has.
   */
  feed(chunk: Uint8Array, from: number): number;
  /** Bytes of the answer that are still to come at least, as far as is known. */
  readonly missingBytes: number;
  /** The peer closed. Throws closed-early unless that completes the answer. */
  feedEof(): void;
  /** Nothing more belongs to the answer. */
  readonly complete: boolean;
  /** The answer that is complete. */
  take(): A;
  /** As ArrivalObserver has it. */
  prefetch(): void;
}

interface Exchange<A extends Answer> {
  readonly request: EncodedRequest;
  readonly observer: ExchangeObserver<A>;
}

/**
 * What all strategies have in common: exchanges whose answers come in their order, and whose ends are
 * told once. They differ in how they come by the bytes that they give to `take`.
 */
export abstract class CollectingConnection<A extends Answer = Response> implements Connection<A> {
  private readonly collector: Collector<A>;
  /** Of the exchange that is being answered; undefined where nothing is under way. */
  private observer: ExchangeObserver<A> | undefined;
  /** Exchanges behind it, whose requests are pipelined; undefined where none ever was. */
  private behind: Exchange<A>[] | undefined;
  /** While it is there, requests are gathered in it, to be written as one. */
  private corked: Uint8Array[] | undefined;
  /** Why no exchange can follow. */
  private ended: Error | undefined;

  constructor(collector: Collector<A>) {
    this.collector = collector;
  }

  get usable(): boolean {
    if (this.ended !== undefined) return false;
    return this.observer !== undefined || (this.unreadBytes() === 0 && this.isReady());
  }

  exchange(request: EncodedRequest, observer: ExchangeObserver<A>): void {
    if (this.observer === undefined) {
      const unreadBytes = this.unreadBytes();
      if (unreadBytes > 0) this.fail(unsolicitedError(unreadBytes));
    }
    const { ended } = this;
    if (ended !== undefined) {
      // After the caller's turn, as every other end is told.
      queueMicrotask(() => observer.failed(ended));
      return;
    }
    if (this.observer === undefined) {
      this.expect(request, observer);
    } else {
      this.behind ??= [];
      this.behind.push({ request, observer });
    }
    if (this.corked === undefined) this.write(request.bytes);
    else this.corked.push(request.bytes);
  }

  prefetch(): void {
    this.collector.prefetch();
  }

  close(): void {
    this.ended ??= closedEarlyError();
    this.abort();
  }

  end(): void {
    const isIdle = this.usable && this.observer === undefined;
    this.ended ??= closedEarlyError();
    if (isIdle) this.shut();
    else this.abort();
  }

  /** Whether another request can be written. */
  protected abstract isReady(): boolean;
  protected abstract write(bytes: Uint8Array): void;
  /** Closes: the server has said that nothing follows. */
  protected abstract shut(): void;
  /** Closes at once, and brings an EOF or an error to whoever reads. */
  protected abstract abort(): void;

  /** So many bytes at least belong to what is being read: a hint for the transport. */
  protected missing(_byteLength: number): void {}

  /** Bytes that have come and wait to be read: no answer to a request that is still to be written. */
  protected unreadBytes(): number {
    return 0;
  }

  /** Whether a large chunk is freed once it has been taken: not where its memory is read into again. */
  protected mayFree({ keepBody, freeChunks }: ExchangeObserver<A>): boolean {
    return freeChunks && !keepBody;
  }

  /** Whether a body that is under way, or whose request is, will be kept. */
  protected get keepsBodies(): boolean {
    if (this.observer?.keepBody) return true;
    return this.behind?.some(({ observer }) => observer.keepBody) ?? false;
  }

  /** Takes a chunk that has come, and tells of the answers that it completes. Throws for bytes of none. */
  protected take(chunk: Uint8Array): void {
    const used = this.collector.feed(chunk, 0);
    const { observer } = this;
    const whole = used === chunk.length;
    // Nothing of another answer is in it, and the parser has copied the head.
    if (whole && observer !== undefined && this.mayFree(observer)) giveBack(chunk);
    if (!this.collector.complete) {
      this.missing(this.collector.missingBytes);
      return;
    }
    if (whole) this.complete();
    else this.takeSeveral(chunk, used);
  }

  /** The same at the end of all chunks. After our own close that is not the server's, and completes nothing. */
  protected takeEof(): void {
    const { ended } = this;
    this.ended ??= closedEarlyError();
    if (this.observer === undefined || ended !== undefined) throw this.ended;
    this.collector.feedEof();
    this.complete();
  }

  /** Tells the observer; a strategy may do so later, in the same order. */
  protected deliver(answer: A, observer: ExchangeObserver<A>): void {
    try {
      observer.responded(answer);
    } catch (error) {
      rethrowLater(error);
    }
  }

  /** What observers ask for while `deliverAll` runs goes out in one write. */
  protected corkedWhile(deliverAll: () => void): void {
    this.corked = [];
    try {
      deliverAll();
    } finally {
      const requests = this.corked;
      this.corked = undefined;
      if (requests.length > 0 && this.ended === undefined) this.write(Buffer.concat(requests));
    }
  }

  /** The connection is of no more use, and neither are answers that have begun or were to come. */
  protected fail(reason: unknown): void {
    const error = asError(reason);
    this.ended ??= error;
    this.abort();
    const { observer } = this;
    this.observer = undefined;
    const behind = this.behind?.splice(0) ?? [];
    if (observer !== undefined) tellFailure(observer, error);
    for (const exchange of behind) tellFailure(exchange.observer, error);
  }

  private expect(request: EncodedRequest, observer: ExchangeObserver<A>): void {
    this.observer = observer;
    this.collector.begin(request, observer.keepBody);
  }

  /** The first answer in `chunk` is complete, and ends before `from`. */
  private takeSeveral(chunk: Uint8Array, from: number): void {
    this.corkedWhile(() => {
      let at = from;
      // What is asked for from here on is not written yet, and nothing in this chunk answers it.
      let written = this.behind?.length ?? 0;
      do {
        if (at < chunk.length && written-- === 0) throw unsolicitedError(chunk.length - at);
        this.complete();
        if (at === chunk.length || this.ended !== undefined) return;
        at = this.collector.feed(chunk, at);
      } while (this.collector.complete);
    });
  }

  private complete(): void {
    const answer = this.collector.take();
    const { observer } = this;
    this.observer = undefined;
    const next = this.behind?.shift();
    if (next !== undefined) this.expect(next.request, next.observer);
    if (!answer.persistent) this.shut();
    if (observer !== undefined) this.deliver(answer, observer);
    // RFC 9112 section 9.3.2: what was pipelined behind the last answer of a connection has none.
    if (next !== undefined && !answer.persistent) this.fail(closedEarlyError());
  }
}

function tellFailure(observer: { failed(error: Error): void }, error: Error): void {
  try {
    observer.failed(error);
  } catch (thrown) {
    rethrowLater(thrown);
  }
}

/** What an observer throws is its fault, and not the connection's: it stops nothing, and is not swallowed. */
function rethrowLater(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
