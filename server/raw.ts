import type { Socket } from "bun";
import { type Fixture, pathOf } from "../fixtures/fixture.ts";

/** How much of a request is read before it is refused, and of several before they are answered. */
const maxRequestBytes = 16 * 1024;

const headEnd = "\r\n\r\n";

export interface RawOptions {
  readonly port?: number;
  /** How long a connection may take to make a request whole; for ever without. */
  readonly patienceMs?: number | undefined;
}

interface Exchange {
  received: string;
  busy: boolean;
  /** The last answer was given: what still comes is dropped, until the other end closes. */
  closing: boolean;
  /** Since when the request is waited for. */
  idleSinceMs: number;
  /** Resolves when a socket that was full takes more. */
  drained: PromiseWithResolvers<void> | undefined;
}

/**
 * A listener that decides itself which bytes go out in which segment, which no HTTP server lets one
 * do. It reads requests just well enough to find their path, and serves only fixtures.
 */
export function listenRaw(
  fixtures: readonly Fixture[],
  host: string,
  { port = 0, patienceMs }: RawOptions = {},
) {
  const sockets = new Set<Socket<Exchange>>();
  if (patienceMs !== undefined) {
    setInterval(() => cutOff(sockets, patienceMs), patienceMs / 5).unref();
  }
  const byPath = new Map(fixtures.map((fixture) => [pathOf(fixture), fixture]));
  return Bun.listen<Exchange>({
    hostname: host,
    port,
    socket: {
      binaryType: "uint8array",
      open(socket) {
        sockets.add(socket);
        socket.data = {
          received: "",
          busy: false,
          closing: false,
          idleSinceMs: performance.now(),
          drained: undefined,
        };
      },
      data(socket, data) {
        if (socket.data.closing) return;
        socket.data.received += new TextDecoder("latin1").decode(data);
        if (socket.data.received.length > maxRequestBytes) socket.pause();
        void serveNext(socket, byPath);
      },
      drain(socket) {
        socket.data.drained?.resolve();
      },
      close(socket) {
        sockets.delete(socket);
        socket.data.busy = true;
        socket.data.drained?.resolve();
      },
      error(socket) {
        socket.terminate();
      },
    },
  });
}

/** Ends the connections whose request is not whole in time, however many bytes drip in. */
function cutOff(sockets: ReadonlySet<Socket<Exchange>>, patienceMs: number): void {
  const sinceMs = performance.now() - patienceMs;
  for (const socket of sockets) {
    if (!socket.data.busy && socket.data.idleSinceMs < sinceMs) socket.terminate();
  }
}

async function serveNext(
  socket: Socket<Exchange>,
  byPath: ReadonlyMap<string, Fixture>,
): Promise<void> {
  const exchange = socket.data;
  while (!exchange.busy) {
    const end = exchange.received.indexOf(headEnd);
    if (end === -1) {
      if (exchange.received.length > maxRequestBytes) socket.terminate();
      else socket.resume();
      return;
    }
    const request = exchange.received.slice(0, end + 2);
    exchange.received = exchange.received.slice(end + headEnd.length);
    exchange.busy = true;
    const hasBody = announcesBody(request);
    const keep = await respond(socket, request, hasBody, byPath);
    if (!keep) {
      exchange.closing = true;
      if (hasBody) linger(socket);
      else socket.end();
      return;
    }
    exchange.busy = false;
    exchange.idleSinceMs = performance.now();
  }
}

/** A body is not read, and must not be taken for the next request. */
function announcesBody(request: string): boolean {
  return /^(content-length:[ \t]*0*[1-9]|transfer-encoding:)/im.test(request);
}

const lingerMs = 2000;

/**
 * Closes when the other end does, or after a while: a body that comes with the request, left unread at the
 * close, would reset what was just answered (RFC 9112 section 9.6).
 */
function linger(socket: Socket<Exchange>): void {
  socket.resume();
  socket.shutdown();
  setTimeout(() => socket.terminate(), lingerMs).unref();
}

/** Answers one request; false when the connection must close after it. */
async function respond(
  socket: Socket<Exchange>,
  request: string,
  hasBody: boolean,
  byPath: ReadonlyMap<string, Fixture>,
): Promise<boolean> {
  const [method = "", target = "", version = ""] = request.split("\r\n", 1)[0]?.split(" ") ?? [];
  const fixture = byPath.get(target.split("?", 1)[0] ?? "");
  const close = version !== "HTTP/1.1" || hasBody || /^connection:.*\bclose\b/im.test(request);
  if (fixture === undefined) {
    await sendText(socket, "404 Not Found", "", close);
    return !close;
  }
  if (method !== "GET" && method !== "HEAD") {
    const allow = "Allow: GET, HEAD\r\n";
    await sendText(socket, "405 Method Not Allowed", allow, close);
    return !close;
  }
  const body = fixture.body();
  const untilEof = fixture.delivery.kind === "until-eof";
  const length = untilEof ? "" : `Content-Length: ${body.length}\r\n`;
  const connection = close || untilEof ? "Connection: close\r\n" : "";
  const head = `HTTP/1.1 200 OK\r\nContent-Type: ${fixture.contentType}\r\n${length}${connection}\r\n`;
  const parts = segments(
    fixture,
    new TextEncoder().encode(head),
    method === "HEAD" ? undefined : body,
  );
  const pauseMs = fixture.delivery.kind === "segments" ? fixture.delivery.pauseMs : 0;
  for (const [index, part] of parts.entries()) {
    if (index > 0) await Bun.sleep(pauseMs);
    await send(socket, part);
  }
  return !close && !untilEof;
}

async function sendText(
  socket: Socket<Exchange>,
  status: string,
  fields: string,
  close: boolean,
): Promise<void> {
  const connection = close ? "Connection: close\r\n" : "";
  const text = `HTTP/1.1 ${status}\r\n${fields}Content-Length: 0\r\n${connection}\r\n`;
  await send(socket, new TextEncoder().encode(text));
}

/** The response cut as the fixture wants it. */
function segments(
  { delivery }: Fixture,
  head: Uint8Array,
  body: Uint8Array | undefined,
): readonly Uint8Array[] {
  const whole = body === undefined ? head : Buffer.concat([head, body]);
  if (delivery.kind !== "segments" || body === undefined) return [whole];
  if (delivery.cutsAt === "head-end") return [head, body];
  const parts: Uint8Array[] = [];
  for (let at = 0; at < whole.length; at += delivery.cutsAt) {
    parts.push(whole.subarray(at, at + delivery.cutsAt));
  }
  return parts;
}

/** Writes all of `data`, waiting for the socket as often as it takes. */
async function send(socket: Socket<Exchange>, data: Uint8Array): Promise<void> {
  let rest = data;
  for (;;) {
    const sent = socket.write(rest);
    if (sent < 0) return;
    rest = rest.subarray(sent);
    if (rest.length === 0 || socket.readyState <= 0) return;
    socket.data.drained = Promise.withResolvers<void>();
    await socket.data.drained.promise;
    if (socket.readyState <= 0) return;
  }
}
