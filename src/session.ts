import type { ReadError } from "./errors.ts";
import { exchange } from "./exchange.ts";
import {
  type EncodedRequest,
  encodeRequest,
  type Method,
  type RequestOptions,
} from "./http1/request.ts";
import type { Reading, Response } from "./http1/response.ts";
import type { ArrivalObserver, Dial, Endpoint, Timeouts } from "./protocol.ts";
import { createConnection } from "./socket.ts";
import { callback } from "./strategies/callback.ts";
import type { ParsingConnection, ParsingStrategy } from "./strategies/strategy.ts";
import { timerMs } from "./timeout.ts";
import { watchedDial } from "./watched-dial.ts";

export interface SessionOptions {
  /** How responses are read; `callback` by default. */
  readonly strategy?: ParsingStrategy;
  /** "message" keeps connections alive (the default); "eof" takes one for each request. */
  readonly reading?: Reading;
  /** For each exchange; 10 s by default. */
  readonly timeoutMs?: number;
  /** For connecting; as `timeoutMs` by default. */
  readonly connectTimeoutMs?: number;
  /** From a request to its response's first byte; as `timeoutMs` by default. */
  readonly firstByteTimeoutMs?: number;
  /** Where connections come from; TCP by default. */
  readonly dial?: (endpoint: Endpoint) => Dial;
}

/** Most idle connections that are kept of one origin, as by node:http's Agent. */
const mostIdle = 256;

/** Those that have ended are looked for after so many were put back, at least. */
const sweepEvery = 256;

/** A connection, and whether anything has arrived on it since its last request. */
interface KeptConnection {
  readonly connection: ParsingConnection;
  readonly arrival: Arrival;
}

class Arrival implements ArrivalObserver {
  seen = false;

  dataArrived(): void {
    this.seen = true;
  }
}

export type SessionRequestOptions = Pick<RequestOptions, "headers" | "body">;

/** Those that a server may see twice without harm (RFC 9110 section 9.2.2). */
const idempotentMethods: readonly Method[] = ["GET", "HEAD", "PUT", "DELETE"];

/**
 * Sends requests of any method, through whichever strategy it is given. Connections are kept by
 * origin and reused one exchange at a time. Rejects with a ReadError, with a TypeError for a URL, a
 * header or a body that cannot be sent, and with an Error once it is closed; its constructor throws a
 * RangeError for a timeout that is not above 0. Redirects are not followed. Nothing is retried but what a
 * kept connection has lost without a byte of an answer, and may be asked again: its server had closed it
 * (RFC 9112 section 9.3.1). Connections that are kept keep the process alive: close it in the end.
 */
export class ClientSession {
  private readonly strategy: ParsingStrategy;
  private readonly reading: Reading;
  private readonly timeouts: Timeouts;
  private readonly dial: ((endpoint: Endpoint) => Dial) | undefined;
  private closed = false;
  private readonly idle = new Map<string, KeptConnection[]>();
  /** How many may still be kept before those that have ended are dropped. */
  private untilSweep = sweepEvery;

  constructor(options: SessionOptions = {}) {
    this.strategy = options.strategy ?? callback;
    this.reading = options.reading ?? "message";
    const { timeoutMs = 10_000, connectTimeoutMs, firstByteTimeoutMs } = options;
    this.timeouts = {
      connectMs: timerMs(connectTimeoutMs ?? timeoutMs),
      firstByteMs: timerMs(firstByteTimeoutMs ?? timeoutMs),
      wholeMs: timerMs(timeoutMs),
    };
    this.dial = options.dial;
  }

  get(url: string, options?: SessionRequestOptions): Promise<Response> {
    return this.request("GET", url, options);
  }

  head(url: string, options?: SessionRequestOptions): Promise<Response> {
    return this.request("HEAD", url, options);
  }

  post(url: string, options?: SessionRequestOptions): Promise<Response> {
    return this.request("POST", url, options);
  }

  put(url: string, options?: SessionRequestOptions): Promise<Response> {
    return this.request("PUT", url, options);
  }

  patch(url: string, options?: SessionRequestOptions): Promise<Response> {
    return this.request("PATCH", url, options);
  }

  delete(url: string, options?: SessionRequestOptions): Promise<Response> {
    return this.request("DELETE", url, options);
  }

  /** Closes the connections that are kept, and those under way when their exchange has ended. */
  close(): void {
    this.closed = true;
    for (const lines of this.idle.values()) {
      for (const { connection } of lines) connection.end();
    }
    this.idle.clear();
  }

  async request(
    method: Method,
    url: string,
    options: SessionRequestOptions = {},
  ): Promise<Response> {
    if (this.closed) throw new Error("the session is closed");
    const { protocol, username, password, host, hostname, port, href, origin } = new URL(url);
    if (protocol !== "http:")
      throw new TypeError(`no requests of ${protocol} are sent, only http:`);
    if (username !== "" || password !== "") {
      throw new TypeError("a URL's user is not sent: give an Authorization header");
    }
    // `search` is empty for a bare "?", which is sent all the same.
    const target = href.slice(origin.length).replace(/#.*$/, "");
    const { headers, body } = options;
    const close = this.reading === "eof";
    const request = encodeRequest({ method, host, target, close, headers, body });
    const beganMs = performance.now();
    let withinMs = this.timeouts.wholeMs;
    const kept = this.takeIdle(host);
    if (kept !== undefined) {
      try {
        return await this.send(host, kept, request, withinMs);
      } catch (error) {
        const mayRepeat = !this.closed && idempotentMethods.includes(method);
        if (!mayRepeat || !wasClosedBefore(error, kept)) throw error;
        withinMs = Math.max(1, Math.ceil(withinMs - (performance.now() - beganMs)));
      }
    }
    // A URL writes an IPv6 address in brackets, a socket does not.
    const endpoint = { host: hostname.replace(/^\[|\]$/g, ""), port: Number(port || 80) };
    return this.send(host, await this.open(endpoint), request, withinMs);
  }

  private async send(
    host: string,
    line: KeptConnection,
    request: EncodedRequest,
    withinMs: number,
  ): Promise<Response> {
    line.arrival.seen = false;
    const response = await exchange(line.connection, request, withinMs, {
      withinMs: this.timeouts.firstByteMs,
      seen: () => line.arrival.seen,
    });
    this.keep(host, line, response);
    return response;
  }

  private takeIdle(host: string): KeptConnection | undefined {
    const lines = this.idle.get(host) ?? [];
    for (;;) {
      const line = lines.pop();
      if (lines.length === 0) this.idle.delete(host);
      if (line === undefined || isStillUsable(line)) return line;
    }
  }

  private keep(host: string, line: KeptConnection, response: Response): void {
    if (this.closed || !response.persistent || !line.connection.usable) {
      line.connection.end();
      return;
    }
    if (--this.untilSweep <= 0) this.sweep();
    const kept = this.idle.get(host) ?? [];
    const lines = kept.length < mostIdle ? kept : kept.filter(isStillUsable);
    lines.push(line);
    if (lines.length > mostIdle) lines.shift()?.connection.end();
    this.idle.set(host, lines);
  }

  /** Drops connections that have ended, of origins that nobody asks any more. */
  private sweep(): void {
    let kept = 0;
    for (const [host, lines] of this.idle) {
      const usable = lines.filter(isStillUsable);
      if (usable.length === 0) this.idle.delete(host);
      else this.idle.set(host, usable);
      kept += usable.length;
    }
    // Not sooner than as many again were kept: of each there is then little to do.
    this.untilSweep = Math.max(sweepEvery, kept);
  }

  private async open(endpoint: Endpoint): Promise<KeptConnection> {
    const arrival = new Arrival();
    const { connectMs } = this.timeouts;
    const options = { connectTimeoutMs: connectMs, observer: arrival };
    const dialTcp: Dial = (protocol) => createConnection(protocol, endpoint, options);
    const dial =
      this.dial === undefined ? dialTcp : watchedDial(this.dial(endpoint), arrival, connectMs);
    return { connection: await this.strategy.connect(dial, this.reading), arrival };
  }
}

/** Whether the server had closed a kept connection before it could see the request. */
function wasClosedBefore(error: unknown, { arrival }: KeptConnection): boolean {
  const { kind } = error as Partial<ReadError>;
  return !arrival.seen && (kind === "closed-early" || kind === "reset");
}

/** Closes one that is not: its peer has gone, or has said what nobody asked for. */
function isStillUsable({ connection }: KeptConnection): boolean {
  if (!connection.usable) connection.close();
  return connection.usable;
}
