import { asError, ReadError } from "../../src/errors.ts";
import type { EncodedRequest } from "../../src/http1/request.ts";
import type { Reading } from "../../src/http1/response.ts";
import type { ArrivalObserver, TcpEndpoint, Timeouts } from "../../src/protocol.ts";
import type { Answer, Connection, ExchangeObserver } from "../../src/strategies/strategy.ts";
import type { Client } from "./clients.ts";
import { clockNs } from "./clock.ts";

/** Of so many connections the first body of one is hashed: a hash takes as long as many responses. */
const comparedEvery = 100;

/** Who decides what an answer means and what comes next. */
export interface LaneOwner {
  /** A connection was made; `again` if it took the place of a lost one. */
  connected(connectNs: number, again: boolean): void;
  answered(lane: Lane, answer: Answer, nowNs: number): void;
  failed(lane: Lane, error: Error, nowNs: number): void;
}

export interface LaneOptions {
  readonly client: Client;
  readonly endpoint: TcpEndpoint;
  readonly request: EncodedRequest;
  readonly reading: Reading;
  readonly timeouts: Timeouts;
}

/**
 * One virtual client: a connection, or a part of one, and at most one request on it. Times are
 * clockNs(). What every answer touches is declared first, and so lies together: system calls leave
 * little in the caches.
 */
export class Lane implements ExchangeObserver<Answer>, ArrivalObserver {
  /** When the request was written; service time counts from here. */
  startNs = 0;
  firstByteNs = 0;
  /** Pieces in which the response has arrived, and the bytes of the first. */
  chunks = 0;
  private firstChunkBytes = 0;
  /** Bytes of the last response that came in one piece, by which the next is known to be whole. */
  private wholeBytes = Number.POSITIVE_INFINITY;
  private isOftenSplit = false;
  /** Before that no request is out of time. */
  private readonly leastTimeoutNs: number;
  busy = false;
  /** Whether the request that is under way belongs to the measurement. */
  counted = false;
  /** The body is kept while it is still to be verified. */
  keepBody = true;
  /** As wrk, which reads everything into the same memory. */
  readonly freeChunks = true;
  /** Failures in a row, wrong answers among them; the backoff grows with them. */
  failuresInRow = 0;
  private connection: Connection | undefined;
  private readonly request: EncodedRequest;
  /** Read until EOF: a connection for each request. */
  private readonly untilEof: boolean;
  private readonly owner: LaneOwner;
  /** When the request was due, in open loop; response time counts from here. */
  dueNs = 0;
  /** When a request was sent, or a connection for it asked for, otherwise than by `resend`. */
  admittedNs = 0;
  /** Since when nothing is under way. */
  idleSinceNs = 0;
  /** A first byte that came no later than that, but was not timed. */
  private guessedNs = 0;
  private readonly options: LaneOptions;
  /** Connections that were opened for it. */
  private opened = 0;
  /** Tells a connection that was given up while it was being made from the one that is wanted. */
  private attempts = 0;
  private wasConnected = false;

  constructor(owner: LaneOwner, options: LaneOptions) {
    this.owner = owner;
    this.options = options;
    this.request = options.request;
    this.untilEof = options.reading === "eof";
    const { firstByteMs, wholeMs } = options.timeouts;
    this.leastTimeoutNs = Math.min(firstByteMs, wholeMs) * 1e6;
  }

  /** Sends a request; `nowNs` is the caller's last clock reading. */
  send(counted: boolean, nowNs: number): void {
    this.counted = counted;
    this.admittedNs = nowNs;
    this.busy = true;
    const { connection } = this;
    if (connection?.usable) {
      this.write(connection, nowNs);
      return;
    }
    connection?.close();
    this.connection = undefined;
    this.startNs = nowNs;
    void this.connectAndWrite();
  }

  /**
   * Sends another request as the one whose answer is being told: it counts as that did, and of its
   * connection nobody needs to ask whether it is of use, which takes half a percent of a request.
   */
  resend(nowNs: number): void {
    const { connection } = this;
    if (connection === undefined) {
      this.send(this.counted, nowNs);
      return;
    }
    this.busy = true;
    this.write(connection, nowNs);
  }

  /** Sends a counted request that was due at `dueNs`. */
  sendDue(dueNs: number, nowNs: number): void {
    this.dueNs = dueNs;
    this.send(true, nowNs);
  }

  /** Fails a request that is out of time. */
  expire(nowNs: number): void {
    // Until it is connected, the connection's own timer runs.
    if (!this.busy || this.connection === undefined) return;
    const error = this.overdue(nowNs);
    if (error !== undefined) this.failed(error);
  }

  /** Why a request that is answered at `nowNs`, or not yet, is out of time: as a whole, or by its first byte. */
  overdue(nowNs: number): ReadError | undefined {
    if (nowNs - this.startNs < this.leastTimeoutNs) return undefined;
    const { firstByteMs, wholeMs } = this.options.timeouts;
    if (nowNs - this.startNs >= wholeMs * 1e6) {
      return new ReadError("timeout", `no complete response within ${wholeMs} ms`);
    }
    const firstByteNs = this.chunks === 0 ? nowNs : this.firstByteNs;
    const isTimed = firstByteNs !== this.guessedNs;
    if (isTimed && firstByteNs - this.startNs >= firstByteMs * 1e6) {
      return new ReadError("first-byte-timeout", `not a byte within ${firstByteMs} ms`);
    }
    return undefined;
  }

  /** `reason` is why, where its request has failed. */
  close(reason?: Error): void {
    this.busy = false;
    this.connection?.close(reason);
    this.connection = undefined;
  }

  /**
   * A clock reading takes 36 ns. Where the first piece is the whole response it is left out: the end
   * is read from the clock a microsecond later, in the same turn of the event loop, and stands for both.
   */
  dataArrived(byteLength: number): void {
    if (this.chunks++ > 0) {
      if (this.firstByteNs === 0) this.arrivedInMore();
      return;
    }
    this.firstChunkBytes = byteLength;
    if (byteLength < this.wholeBytes) this.firstByteNs = clockNs();
  }

  prefetch(): void {
    this.connection?.prefetch?.();
  }

  /**
   * The first piece was as large as a whole response before, and was none: when it came is not known any more,
   * and of this lane no piece is taken for the whole again.
   */
  private arrivedInMore(): void {
    this.firstByteNs = clockNs();
    this.guessedNs = this.firstByteNs;
    this.isOftenSplit = true;
    this.wholeBytes = Number.POSITIVE_INFINITY;
  }

  readonly responded = (answer: Answer): void => {
    if (!this.busy) return;
    this.busy = false;
    if (this.untilEof || !answer.persistent) this.connection = undefined;
    const nowNs = clockNs();
    if (this.firstByteNs === 0) this.firstByteNs = nowNs;
    // Until an EOF nothing is whole; and a reference tells that something came, but not how much.
    if (this.chunks === 1 && this.firstChunkBytes > 0 && !this.untilEof && !this.isOftenSplit) {
      this.wholeBytes = this.firstChunkBytes;
    }
    this.owner.answered(this, answer, nowNs);
  };

  readonly failed = (error: Error): void => {
    if (!this.busy) return;
    this.close(error);
    this.failuresInRow++;
    this.owner.failed(this, error, clockNs());
  };

  private write(connection: Connection, nowNs: number): void {
    this.startNs = nowNs;
    this.chunks = 0;
    this.firstByteNs = 0;
    connection.exchange(this.request, this);
  }

  private async connectAndWrite(): Promise<void> {
    const { client, endpoint, reading, timeouts } = this.options;
    const beganNs = clockNs();
    const attempt = ++this.attempts;
    const wanted = () => this.busy && attempt === this.attempts;
    try {
      const options = { connectTimeoutMs: timeouts.connectMs, observer: this };
      const { connection, opened } = await client.connect(endpoint, reading, options);
      const nowNs = clockNs();
      if (opened) {
        if (this.opened++ % comparedEvery === 0) this.keepBody = true;
        this.owner.connected(nowNs - beganNs, reading === "message" && this.wasConnected);
      }
      this.wasConnected = true;
      if (!wanted()) {
        connection.close();
        return;
      }
      this.connection = connection;
      this.write(connection, nowNs);
    } catch (error) {
      if (wanted()) this.failed(asError(error));
    }
  }
}
