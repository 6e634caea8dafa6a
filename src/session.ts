import { ReadError } from "./errors.ts";
import { type EncodedRequest, encodeRequest, type Method } from "./http1/request.ts";
import type { Reading, Response } from "./http1/response.ts";
import type { Dial, Endpoint } from "./protocol.ts";
import { createConnection } from "./socket.ts";
import { callback } from "./strategies/callback.ts";
import type { Connection, ParsingStrategy } from "./strategies/strategy.ts";

export interface SessionOptions {
  /** How responses are read; `callback` by default. */
  readonly strategy?: ParsingStrategy;
  /** "message" keeps connections alive (the default); "eof" takes one for each request. */
  readonly reading?: Reading;
  /** For connecting and for each exchange; 10 s by default. */
  readonly timeoutMs?: number;
  /** Where connections come from; TCP by default. */
  readonly dial?: (endpoint: Endpoint) => Dial;
}

export interface SessionRequestOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
}

/**
 * Step 2: requests of any method, over whichever strategy it is given. Connections are kept by
 * origin and reused one exchange at a time. Rejects with a ReadError, and with a TypeError for a
 * URL or a header that cannot be sent. Nothing is retried, and redirects are not followed.
 */
export class ClientSession {
  private readonly strategy: ParsingStrategy;
  private readonly reading: Reading;
  private readonly timeoutMs: number;
  private readonly dial: (endpoint: Endpoint) => Dial;
  private closed = false;
  private readonly idle = new Map<string, Connection<Response>[]>();

  constructor(options: SessionOptions = {}) {
    this.strategy = options.strategy ?? callback;
    this.reading = options.reading ?? "message";
    this.timeoutMs = Math.min(options.timeoutMs ?? 10_000, longestTimerMs);
    this.dial = options.dial ?? ((endpoint) => this.dialTcp(endpoint));
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
    for (const connections of this.idle.values()) {
      for (const connection of connections) connection.close();
    }
    this.idle.clear();
  }

  async request(
    method: Method,
    url: string,
    options: SessionRequestOptions = {},
  ): Promise<Response> {
    if (this.closed) throw new Error("the session is closed");
    const { protocol, host, hostname, port, pathname, search } = new URL(url);
    if (protocol !== "http:") throw new TypeError(`cannot speak ${protocol} only http:`);
    const close = this.reading === "eof";
    const request = encodeRequest({ method, host, target: pathname + search, close, ...options });
    // A URL writes an IPv6 address in brackets, a socket does not.
    const endpoint = { host: hostname.replace(/^\[|\]$/g, ""), port: Number(port || 80) };
    const connection =
      this.takeIdle(host) ?? (await this.strategy.connect(this.dial(endpoint), this.reading));
    const response = await exchange(connection, request, this.timeoutMs);
    this.keep(host, connection, response);
    return response;
  }

  private takeIdle(host: string): Connection<Response> | undefined {
    const connections = this.idle.get(host) ?? [];
    for (;;) {
      const connection = connections.pop();
      if (connection === undefined || connection.usable) return connection;
      connection.close();
    }
  }

  private keep(host: string, connection: Connection<Response>, response: Response): void {
    if (this.closed || !response.persistent || !connection.usable) {
      connection.close();
      return;
    }
    const connections = this.idle.get(host) ?? [];
    connections.push(connection);
    this.idle.set(host, connections);
  }

  private dialTcp(endpoint: Endpoint): Dial {
    const options = { connectTimeoutMs: this.timeoutMs };
    return (protocol) => createConnection(protocol, endpoint, options);
  }
}

/** A timer of more than 31 bits fires at once. */
const longestTimerMs = 2 ** 31 - 1;

/** One exchange as a promise; after `timeoutMs` the connection is closed and it rejects. */
export function exchange(
  connection: Connection<Response>,
  request: EncodedRequest,
  timeoutMs: number,
): Promise<Response> {
  const { promise, resolve, reject } = Promise.withResolvers<Response>();
  const timer = setTimeout(() => {
    reject(new ReadError("timeout", `no complete response within ${timeoutMs} ms`));
    connection.close();
  }, timeoutMs);
  connection.exchange(request, { keepBody: true, responded: resolve, failed: reject });
  return promise.finally(() => clearTimeout(timer));
}
