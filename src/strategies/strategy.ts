import type { EncodedRequest } from "../http1/request.ts";
import type { Reading, Response } from "../http1/response.ts";
import type { ArrivalObserver, Dial } from "../protocol.ts";

/**
 * Told how an exchange ended; exactly one of the two is called, once. They are properties, bound to
 * their object, so that a strategy can hand them to `then` without a closure for each exchange.
 */
export interface ExchangeObserver<A> {
  /** The body stays in the response; otherwise it is only counted. */
  readonly keepBody: boolean;
  /** A large chunk that is not kept is freed at once: nobody else may hold on to it. */
  readonly freeChunks: boolean;
  readonly responded: (answer: A) => void;
  readonly failed: (error: Error) => void;
}

/**
 * What of a response every strategy must give: enough to check it. The parsing strategies give a
 * whole Response; the floor gives what it counted.
 */
export type Answer = Pick<Response, "status" | "bodyLength" | "bodyChunks" | "persistent">;

/** One connection as a strategy drives it. */
export interface Connection<A extends Answer = Answer> extends Pick<ArrivalObserver, "prefetch"> {
  /** Whether another exchange can be tried. */
  readonly usable: boolean;
  /**
   * Writes `request` and reads its response. The end is told to `observer` and not by a promise, so
   * that a strategy without promises is not charged for one. Bytes that came before the request
   * are no answer to it, but unsolicited; on a connection that has ended it fails at once. While
   * another exchange is under way, the request is pipelined behind it (RFC 9112 section 9.3.2):
   * responses come in the order of their requests, and what ends the connection fails them all.
   */
  exchange(request: EncodedRequest, observer: ExchangeObserver<A>): void;
  /**
   * Ends the connection, and with it an exchange that is under way. Others whose exchanges are under way on it
   * may be told `reason`.
   */
  close(reason?: Error): void;
}

/** One whose answers are whole responses. */
export interface ParsingConnection extends Connection<Response> {
  /** Ends it in good order where nothing is under way: its server sees an end, and no reset. */
  end(): void;
}

/** One way to read a response from a connection. */
export interface Strategy<A extends Answer = Answer> {
  readonly name: string;
  /** One line for `list`. */
  readonly summary: string;
  /** Raced when no strategy is named. */
  readonly core: boolean;
  connect(dial: Dial, reading: Reading): Promise<Connection<A>>;
}

/** A strategy that parses, and so can serve a ClientSession. */
export interface ParsingStrategy extends Strategy<Response> {
  connect(dial: Dial, reading: Reading): Promise<ParsingConnection>;
  /** It transfers the chunks that it is given: the same memory cannot be fed to it twice. */
  readonly takesChunks?: true;
}
