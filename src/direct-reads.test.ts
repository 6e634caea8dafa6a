import { afterEach, describe, expect, test } from "bun:test";
import { AsyncLocalStorage } from "node:async_hooks";
import type { Socket } from "bun";
import fc from "fast-check";
import {
  createDirectReads,
  type DirectReader,
  DirectReads,
  openDirectReads,
} from "./direct-reads.ts";
import { Epoll, epollEvent } from "./epoll.ts";
import type { ReadError } from "./errors.ts";
import type { Libc } from "./libc.ts";
import type { Dial, Protocol, Transport } from "./protocol.ts";
import { ClientSession } from "./session.ts";
import { createConnection } from "./socket.ts";
import { faults, timeoutMsOf } from "./strategies/faults.ts";
import { parsingStrategies } from "./strategies/registry.ts";
import type { ParsingStrategy } from "./strategies/strategy.ts";
import { openStreams } from "./streams.ts";
import { Ticker } from "./ticker.ts";
import { until } from "./until.testing.ts";

const good = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
/** From its second piece of data on a busy connection is read directly. */
const untilDirect = 3;

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

type Answer = (socket: Socket, data: Uint8Array) => void;

/** Answers the first requests of a connection well, those after them as it is told to. */
function serve(answer: Answer) {
  let open = 0;
  const asked = new Map<Socket, number>();
  const listener = Bun.listen({
    hostname: "127.0.0.1",
    port: 0,
    allowHalfOpen: true,
    socket: {
      open: () => void open++,
      data(socket, data) {
        const count = (asked.get(socket) ?? 0) + 1;
        asked.set(socket, count);
        if (count <= untilDirect) socket.write(good);
        else answer(socket, data);
      },
      close: () => void open--,
      error() {},
    },
  });
  stops.push(() => listener.stop(true));
  return { port: listener.port, open: () => open };
}

const pieces = "abcdefghijklmnopqrstuvwxyz0123456789";

/** What comes of a protocol that asks again for each piece, and says where it wants what comes then. */
async function readInto(port: number, getBuffer: () => Uint8Array) {
  const { promise: lost, resolve } = Promise.withResolvers<Error | null>();
  const decoder = new TextDecoder();
  const reads = openReads();
  const updates: number[] = [];
  let text = "";
  let buffer: Uint8Array | undefined;
  let transport: Transport | undefined;
  const ask = () => transport?.write(new Uint8Array(1));
  const take = (bytes: Uint8Array) => {
    text += decoder.decode(bytes);
    if (text.endsWith(pieces)) transport?.close();
    else if (text.endsWith(good)) ask();
  };
  await dialer(
    port,
    reads,
  )({
    connectionMade: (made) => {
      transport = made;
      ask();
    },
    dataReceived: take,
    getBuffer: () => {
      buffer = getBuffer();
      return buffer;
    },
    bufferUpdated: (byteLength) => {
      updates.push(byteLength);
      take(buffer?.subarray(0, byteLength) as Uint8Array);
    },
    eofReceived: () => false,
    connectionLost: resolve,
  });
  const loss = await lost;
  expect(reads.size).toBe(0);
  return { text, updates, lost: loss };
}

/** Never quiet unless it is said. */
function openReads(quietMs = Number.POSITIVE_INFINITY): DirectReads {
  const reads = createDirectReads({ busyMs: 0, gapMs: quietMs, quietMs });
  if (reads === undefined) throw new Error("no direct reads on this machine");
  return reads;
}

function dialer(port: number, reads: DirectReads): Dial {
  return (protocol) => createConnection(protocol, { host: "127.0.0.1", port }, { reads });
}

/** A session whose connection is already read directly. */
async function directSession(
  strategy: ParsingStrategy,
  port: number,
  reads: DirectReads,
  timeoutMs = 5000,
) {
  const dial = () => dialer(port, reads);
  const session = new ClientSession({ strategy, timeoutMs, dial });
  for (let i = 0; i < untilDirect; i++) await session.get("http://direct/");
  expect(reads.size).toBe(1);
  return session;
}

/** A protocol that asks again for each piece of an answer, and keeps the context in which it was told. */
async function createEcho(port: number, reads: DirectReads, context: AsyncLocalStorage<string>) {
  const seen: (string | undefined)[] = [];
  const ask = new TextEncoder().encode("again");
  const transport = await dialer(
    port,
    reads,
  )({
    connectionMade: (made) => made.write(ask),
    dataReceived() {
      seen.push(context.getStore());
      transport.write(ask);
    },
    eofReceived: () => false,
    connectionLost() {},
  });
  return { seen, transport };
}

describe.if(openDirectReads() !== undefined)("read directly", () => {
  describe.each(parsingStrategies.map((strategy) => [strategy.name, strategy] as const))(
    "%s",
    (_, strategy) => {
      test.each(faults.map((fault) => [fault.name, fault] as const))(
        "%s has its kind, and frees the connection",
        async (_, { kind, answer }) => {
          const server = serve(answer);
          const reads = openReads();
          const session = await directSession(strategy, server.port, reads, timeoutMsOf({ kind }));
          // A GET would be sent again, on another connection.
          const failure = await session.post("http://direct/").catch((error: ReadError) => error);
          expect(failure).toMatchObject({ kind });
          session.close();
          expect(await until(() => server.open() === 0)).toBe(true);
          expect(reads.size).toBe(0);
        },
      );

      test("a connection that has become quiet is Bun's, and goes on", async () => {
        const server = serve((socket) => void socket.write(good));
        const reads = openReads(20);
        const session = await directSession(strategy, server.port, reads);
        expect(await until(() => reads.size === 0)).toBe(true);
        for (let i = 0; i < 5; i++) expect((await session.get("http://direct/")).text()).toBe("ok");
        expect(reads.size).toBe(1);
        expect(server.open()).toBe(1);
        session.close();
      });

      test("bodies of any length are whole, and stay what they were", async () => {
        const bodies = [1, 1000, 32_767, 32_768, 131_072, 200_000, 1_000_000].map((length) =>
          Uint8Array.from({ length }, (_, i) => (i * 31 + length) & 0xff),
        );
        let next = 0;
        const server = serve((socket) => {
          const body = bodies[next++ % bodies.length] as Uint8Array;
          const head = `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n`;
          send(socket, Buffer.concat([Buffer.from(head), body]));
        });
        const reads = openReads();
        const session = await directSession(strategy, server.port, reads);
        const responses = [];
        for (const _ of bodies) responses.push(await session.get("http://direct/"));
        expect(reads.size).toBe(1);
        for (const [i, response] of responses.entries()) {
          expect(Buffer.compare(response.bytes(), bodies[i] as Uint8Array)).toBe(0);
        }
        session.close();
      });

      test("a large body that comes in pieces is whole, and small ones follow it", async () => {
        const body = Uint8Array.from({ length: 1_000_000 }, (_, i) => (i * 13) & 0xff);
        const head = `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n`;
        const all = Buffer.concat([Buffer.from(head), body]);
        let requests = 0;
        const server = serve(async (socket) => {
          if (++requests % 2 === 0) {
            socket.write(good);
            return;
          }
          for (const [from, to] of [
            [0, 100_000],
            [100_000, 500_000],
            [500_000, 500_001],
            [500_001, all.length - 1],
            [all.length - 1, all.length],
          ]) {
            send(socket, all.subarray(from, to));
            await Bun.sleep(5);
          }
        });
        const session = await directSession(strategy, server.port, openReads());
        for (let i = 0; i < 3; i++) {
          const large = await session.get("http://direct/");
          expect(Buffer.compare(large.bytes(), body)).toBe(0);
          expect((await session.get("http://direct/")).text()).toBe("ok");
        }
        session.close();
      });

      test.each([
        ["closed-early", finish],
        ["reset", reset],
        ["timeout", () => {}],
      ] as const)("a large body that breaks off is %s", async (kind, breakOff) => {
        const head = "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n";
        const server = serve((socket) => {
          send(socket, Buffer.concat([Buffer.from(head), new Uint8Array(200_000)]));
          setTimeout(breakOff, 20, socket);
        });
        const reads = openReads();
        const session = await directSession(strategy, server.port, reads, timeoutMsOf({ kind }));
        const failure = await session.get("http://direct/").catch((error: ReadError) => error);
        expect(failure).toMatchObject({ kind });
        expect(reads.size).toBe(0);
        session.close();
      });

      test("a server that answers and closes at once has answered", async () => {
        const server = serve((socket) => {
          socket.write(good);
          socket.end();
        });
        const session = await directSession(strategy, server.port, openReads());
        expect((await session.get("http://direct/")).text()).toBe("ok");
        session.close();
        expect(await until(() => server.open() === 0)).toBe(true);
      });

      test("a large request is sent whole", async () => {
        const body = Uint8Array.from({ length: 8_000_000 }, (_, i) => i % 251);
        const hasher = new Bun.CryptoHasher("md5");
        const received = Promise.withResolvers<string>();
        let bytes = 0;
        const server = serve((socket, data) => {
          const from = bytes === 0 ? Buffer.from(data).indexOf("\r\n\r\n") + 4 : 0;
          hasher.update(data.subarray(from));
          bytes += data.length - from;
          if (bytes < body.length) return;
          socket.write(good);
          received.resolve(hasher.digest("hex"));
        });
        const session = new ClientSession({
          strategy,
          timeoutMs: 5000,
          dial: () => dialer(server.port, reads),
        });
        const reads = openReads();
        for (let i = 0; i < untilDirect; i++) await session.get("http://direct/");
        await session.post("http://direct/", { body });
        const hash = new Bun.CryptoHasher("md5").update(body).digest("hex");
        expect(await received.promise).toBe(hash);
        session.close();
      });
    },
  );

  test("whatever a server sends arrives, in order, while its reader pauses now and then", async () => {
    const pieces = fc.array(fc.nat(300_000), { minLength: 1, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(pieces, fc.nat(3), async (lengths, pauseEvery) => {
        const blocks = lengths.map((length, k) =>
          Uint8Array.from({ length }, (_, i) => (i * 7 + k) & 0xff),
        );
        const all = Buffer.concat([Buffer.from("begin"), ...blocks]);
        const listener = Bun.listen({
          hostname: "127.0.0.1",
          port: 0,
          socket: { open: (socket) => send(socket, all, true), data() {} },
        });
        const reads = openReads();
        const { reader, writer } = await openStreams(dialer(listener.port, reads));
        const got: Uint8Array[] = [];
        for await (const data of reader) {
          got.push(data);
          if (pauseEvery > 0 && got.length % pauseEvery === 0) await Bun.sleep(1);
        }
        expect(Buffer.compare(Buffer.concat(got), all)).toBe(0);
        writer.close();
        await until(() => reads.size === 0);
        expect(reads.size).toBe(0);
        listener.stop(true);
      }),
      { numRuns: 30 },
    );
  });

  test("protocols are called in no async context but that of the reads", async () => {
    const context = new AsyncLocalStorage<string>();
    const server = serve((socket) => void socket.write(good));
    const reads = openReads();
    const sessions = await context.run("mine", () =>
      Promise.all([0, 1].map(() => createEcho(server.port, reads, context))),
    );
    expect(await until(() => sessions.every(({ seen }) => seen.length > 50))).toBe(true);
    for (const { transport } of sessions) transport.abort();
    const direct = sessions.flatMap(({ seen }) => seen.slice(10));
    expect([...new Set(direct)]).toEqual([undefined]);
  });

  test("an exception of the protocol ends the connection", async () => {
    const server = serve(() => {});
    const reads = openReads();
    const lost = Promise.withResolvers<Error | null>();
    let pieces = 0;
    let transport: Transport | undefined;
    const protocol: Protocol = {
      connectionMade: (made) => {
        transport = made;
        made.write(new Uint8Array(1));
      },
      dataReceived() {
        if (++pieces === untilDirect) throw new Error("a bug in the protocol");
        transport?.write(new Uint8Array(1));
      },
      eofReceived: () => false,
      connectionLost: lost.resolve,
    };
    await dialer(server.port, reads)(protocol);
    expect((await lost.promise)?.message).toContain("a bug in the protocol");
    expect(reads.size).toBe(0);
  });

  test("a protocol that has a buffer gets what comes in it", async () => {
    const server = serve((socket) => void socket.write(pieces));
    const received = await readInto(server.port, () => new Uint8Array(10));
    expect(received.lost).toBeNull();
    expect(received.text).toBe(good.repeat(untilDirect) + pieces);
    // Each as much as the buffer takes, without a copy in between.
    expect(received.updates.slice(-4)).toEqual([10, 10, 10, 6]);
  });

  test("an observer prefetches before each piece arrives, and may fail at it", async () => {
    const server = serve((socket) => void socket.write(good));
    const told: string[] = [];
    const lost = Promise.withResolvers<Error | null>();
    let transport: Transport | undefined;
    const protocol: Protocol = {
      connectionMade: (made) => {
        transport = made;
        made.write(new Uint8Array(1));
      },
      dataReceived: () => transport?.write(new Uint8Array(1)),
      eofReceived: () => false,
      connectionLost: lost.resolve,
    };
    const reads = openReads();
    const observer = {
      dataArrived: () => void told.push("arrived"),
      prefetch() {
        if (told.length > untilDirect + 4) throw new Error("nothing to fetch");
        told.push("prefetch");
      },
    };
    const endpoint = { host: "127.0.0.1", port: server.port };
    await createConnection(protocol, endpoint, { reads, observer });
    expect((await lost.promise)?.message).toContain("nothing to fetch");
    expect(told.slice(-4)).toEqual(["prefetch", "arrived", "prefetch", "arrived"]);
    expect(reads.size).toBe(0);
  });

  test.each([
    ["no room for a byte", () => new Uint8Array(0), "getBuffer() returned an empty buffer"],
    [
      "a bug in its protocol",
      () => {
        throw new Error("no buffer today");
      },
      "no buffer today",
    ],
  ])("a buffer with %s ends the connection", async (_, getBuffer, message) => {
    const server = serve(() => {});
    const { lost } = await readInto(server.port, getBuffer);
    expect(lost?.message).toContain(message);
    expect(await until(() => server.open() === 0)).toBe(true);
  });
});

/**
 * A C library whose only socket, 7, has something to read once, when recv does as it is told; then time goes
 * by. What is added to an epoll is written to `watched`.
 */
function fakeLibc(length: number, errno: number, watched: number[] = []): Libc {
  let ready = 1;
  const tickerFd = 5;
  return {
    epoll_create1: () => 3,
    epoll_ctl(_: number, operation: number, fd: number) {
      if (operation === 1) watched.push(fd);
      return 0;
    },
    timerfd_create: () => tickerFd,
    timerfd_settime: () => 0,
    read: () => 8,
    epoll_wait(_: number, events: Uint8Array) {
      const words = new Int32Array(events.buffer);
      words[0] = 1;
      words[epollEvent.dataWord] = ready-- > 0 ? 7 : tickerFd;
      return 1;
    },
    recv: () => length,
    send: () => -1,
    setsockopt: () => 0,
    errno: () => errno,
  } as unknown as Libc;
}

const silentReader: DirectReader = {
  prefetch() {},
  getBuffer: () => undefined,
  bufferUpdated() {},
  arrived() {},
  handedBack() {},
  broken() {},
};

async function readOnce(libc: Libc): Promise<string[]> {
  const events: string[] = [];
  const pace = { busyMs: 0, gapMs: 5, quietMs: 5 };
  const [epoll, ticker] = [Epoll.open(libc) as Epoll, Ticker.open(libc) as Ticker];
  const reads = new DirectReads(libc, epoll, ticker, pace, () => 4);
  reads.noticed();
  reads.take(7, {
    ...silentReader,
    arrived: ({ length }) => void events.push(`${length} bytes`),
    handedBack: () => void events.push("handed back"),
    broken: (errno) => void events.push(`broken: ${errno}`),
  });
  expect(await until(() => reads.size === 0)).toBe(true);
  return events;
}

// The numbers of recv(2).
test.each([
  ["data", 3, 0, ["3 bytes", "handed back"]],
  ["the peer's end is left for Bun to see", 0, 0, ["handed back"]],
  ["a reset between epoll_wait and recv, of which Bun sees nothing more", -1, 104, ["broken: 104"]],
  ["nothing after all", -1, 11, ["handed back"]],
])("%s", async (_, length, errno, events) => {
  expect(await readOnce(fakeLibc(length, errno))).toEqual(events);
});

test("what it sleeps on wakes for Bun's event loop, too", async () => {
  const watched: number[] = [];
  await readOnce(fakeLibc(3, 0, watched));
  expect(watched).toEqual([5, 4, 7]);
});

test("where Bun's epoll is not to be seen, nothing is read directly, nor tried twice", () => {
  const libc = fakeLibc(3, 0);
  let looks = 0;
  const [epoll, ticker] = [Epoll.open(libc) as Epoll, Ticker.open(libc) as Ticker];
  const pace = { busyMs: 0, gapMs: 5, quietMs: 5 };
  const reads = new DirectReads(libc, epoll, ticker, pace, () => void looks++);
  expect(reads.noticed()).toBe(true);
  expect(reads.take(7, silentReader)).toBe(false);
  expect(reads.noticed()).toBe(false);
  expect(looks).toBe(1);
});

test("where no file descriptor was free to look for Bun's epoll, it is looked for again", () => {
  const libc = fakeLibc(-1, 11);
  let looks = 0;
  const look = () => {
    if (looks++ === 0) throw Object.assign(new Error("too many open files"), { code: "EMFILE" });
    return 4;
  };
  const [epoll, ticker] = [Epoll.open(libc) as Epoll, Ticker.open(libc) as Ticker];
  const reads = new DirectReads(libc, epoll, ticker, { busyMs: 0, gapMs: 5, quietMs: 5 }, look);
  expect(reads.take(7, silentReader)).toBe(false);
  expect(reads.noticed()).toBe(true);
  expect(reads.take(7, silentReader)).toBe(true);
});

function finish(socket: Socket): void {
  socket.end();
}

function reset(socket: Socket): void {
  socket.terminate();
}

/** Writes `data` as the socket takes it, and then closes if that is wanted. */
function send(socket: Socket, data: Uint8Array, thenEnd = false): void {
  const sent = Math.max(0, socket.write(data));
  if (sent < data.length) setTimeout(send, 1, socket, data.subarray(sent), thenEnd);
  else if (thenEnd) socket.end();
}
