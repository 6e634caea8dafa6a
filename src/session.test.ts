import { heapStats } from "bun:jsc";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { ReadError } from "./errors.ts";
import { dialMemory, MemoryTransport } from "./memory.ts";
import type { Dial, Transport } from "./protocol.ts";
import { ClientSession } from "./session.ts";
import { parsingStrategies } from "./strategies/registry.ts";
import { until } from "./until.testing.ts";

const ok = new TextEncoder().encode("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");

/** For what needs answers in time: a machine may stand still for half a second, which is no fault of the code. */
const measured = { retry: 2 } as const;

let server: ReturnType<typeof Bun.serve>;

beforeAll(() => {
  server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      const body = await request.text();
      const echo = { method: request.method, body, header: request.headers.get("x-test") };
      return Response.json(echo, { headers: { "X-Answer": "yes" } });
    },
  });
});

afterAll(() => server.stop(true));

describe.each(parsingStrategies.map((strategy) => [strategy.name, strategy] as const))(
  "a session over %s",
  (_, strategy) => {
    test.each(["get", "post", "put", "patch", "delete"] as const)("%s", async (method) => {
      const session = new ClientSession({ strategy });
      const headers = { "X-Test": "1" };
      const body = method === "get" ? {} : { body: "payload" };
      const response = await session[method](server.url.href, { headers, ...body });
      expect(JSON.parse(response.text())).toEqual({
        method: method.toUpperCase(),
        body: method === "get" ? "" : "payload",
        header: "1",
      });
      expect(response.headers.get("x-answer")).toBe("yes");
      session.close();
    });

    test("head has headers and no body", async () => {
      const session = new ClientSession({ strategy, reading: "eof" });
      const response = await session.head(server.url.href);
      expect(response.status).toBe(200);
      expect(response.bodyLength).toBe(0);
      expect(response.headers.get("x-answer")).toBe("yes");
    });

    test("many at once", async () => {
      const session = new ClientSession({ strategy });
      const responses = await Promise.all(
        Array.from({ length: 50 }, (_, i) => session.post(server.url.href, { body: String(i) })),
      );
      expect(responses.map((response) => JSON.parse(response.text()).body)).toEqual(
        Array.from({ length: 50 }, (_, i) => String(i)),
      );
      session.close();
    });
  },
);

test("a first byte that does not come in time, and one that does", async () => {
  const silent = Bun.listen({
    hostname: "127.0.0.1",
    port: 0,
    socket: {
      data(socket, data) {
        if (data.toString().startsWith("GET /start")) socket.write("HTTP/1.1 200 OK\r\n");
      },
    },
  });
  const session = new ClientSession({ timeoutMs: 150, firstByteTimeoutMs: 40 });
  const url = `http://127.0.0.1:${silent.port}`;
  const kindOf = (path: string) =>
    session.get(url + path).then(
      () => "answered",
      (error: ReadError) => error.kind,
    );
  expect(await kindOf("/nothing")).toBe("first-byte-timeout");
  expect(await kindOf("/start")).toBe("timeout");
  silent.stop(true);
});

describe("a session with a dial of its own", () => {
  test("has a timeout for first bytes, which come or do not", async () => {
    const peers: MemoryTransport[] = [];
    const dial = () => dialMemory((peer) => void peers.push(peer));
    const session = new ClientSession({ dial, timeoutMs: 500, firstByteTimeoutMs: 40 });
    const slow = session.get("http://memory/");
    await Bun.sleep(5);
    peers[0]?.deliver(ok.subarray(0, 5));
    await Bun.sleep(80);
    peers[0]?.deliver(ok.subarray(5));
    expect((await slow).text()).toBe("ok");
    const silent = session.get("http://memory/");
    await expect(silent).rejects.toMatchObject({ kind: "first-byte-timeout" });
  });

  test("does not wait for ever, and closes what is made too late", async () => {
    const late = Promise.withResolvers<void>();
    let peer: MemoryTransport | undefined;
    const dial = (): Dial => async (protocol) => {
      await late.promise;
      return dialMemory((made) => {
        peer = made;
      })(protocol);
    };
    const session = new ClientSession({ dial, connectTimeoutMs: 20 });
    await expect(session.get("http://memory/")).rejects.toMatchObject({ kind: "connect-timeout" });
    late.resolve();
    await Bun.sleep(1);
    expect(peer?.isClosing()).toBe(true);
  });

  test.each([0, 40])(
    "closes what is made after %d ms, but never finished, when its time is up at 20",
    async (afterMs) => {
      const made = Promise.withResolvers<Transport>();
      const dial = (): Dial => (protocol) => {
        setTimeout(() => made.resolve(new MemoryTransport(protocol)), afterMs);
        return new Promise(() => {});
      };
      const session = new ClientSession({ dial, connectTimeoutMs: 20 });
      const response = session.get("http://memory/");
      await expect(response).rejects.toMatchObject({ kind: "connect-timeout" });
      expect((await made.promise).isClosing()).toBe(true);
    },
  );

  test("lets what it has made in time live on", async () => {
    let peer: MemoryTransport | undefined;
    const dial = () =>
      dialMemory((made) => {
        peer = made;
      });
    const session = new ClientSession({ dial, connectTimeoutMs: 10 });
    const response = session.get("http://memory/");
    await Bun.sleep(30);
    expect(peer?.isClosing()).toBe(false);
    peer?.deliver(ok);
    expect((await response).text()).toBe("ok");
  });

  test("forgets connections whose peers have gone, whatever their origins", async () => {
    const { promise: allGone, resolve } = Promise.withResolvers<void>();
    let gone = 0;
    const dial = () =>
      dialMemory((peer) => {
        setTimeout(() => {
          peer.deliver(ok);
          peer.deliverEof();
          if (++gone === 3000) resolve();
        });
      });
    const session = new ClientSession({ dial });
    for (let i = 0; i < 3000; i++) await session.get(`http://origin${i}/`);
    await allGone;
    Bun.gc(true);
    expect(heapStats().objectTypeCounts.CallbackProtocol ?? 0).toBeLessThan(1000);
    session.close();
  });

  /** So many requests, each on a connection of its own. */
  async function askAtOnce(count: number) {
    const peers: MemoryTransport[] = [];
    const dial = () => dialMemory((peer) => void peers.push(peer));
    const session = new ClientSession({ dial });
    const all = Array.from({ length: count }, () => session.get("http://memory/"));
    await Bun.sleep(5);
    return { session, peers, all };
  }

  test("keeps no connection that has ended in the place of one that has not", async () => {
    const { peers, all } = await askAtOnce(257);
    const [last, ...others] = peers;
    for (const peer of others) peer.deliver(ok);
    await Promise.all(all.slice(1));
    for (const peer of others.slice(-100)) peer.deliverEof();
    await Bun.sleep(1);
    last?.deliver(ok);
    await all[0];
    expect(peers.filter((peer) => !peer.isClosing())).toHaveLength(157);
  });

  test("keeps the 256 connections of an origin that were used last", async () => {
    const { session, peers, all } = await askAtOnce(300);
    for (const peer of peers) peer.deliver(ok);
    await Promise.all(all);
    const closed = () => peers.filter((peer) => peer.isClosing()).length;
    expect(closed()).toBe(44);
    expect(peers.slice(0, 44).every((peer) => peer.isClosing())).toBe(true);
    session.close();
    expect(closed()).toBe(300);
  });
});

test("a timeout must be a time", () => {
  expect(() => new ClientSession({ timeoutMs: 0 })).toThrow(RangeError);
  expect(() => new ClientSession({ firstByteTimeoutMs: Number.NaN })).toThrow(RangeError);
});

test("a refused connection, and a URL that is not http", async () => {
  const session = new ClientSession();
  expect(session.get("http://127.0.0.1:1/")).rejects.toMatchObject({ kind: "connect-refused" });
  expect(session.get("https://127.0.0.1/")).rejects.toThrow(TypeError);
  expect(session.get("http://me:secret@127.0.0.1/")).rejects.toThrow("Authorization");
  await Bun.sleep(10);
});

test("options of a request are its headers and its body, and nothing that says where it goes", async () => {
  const session = new ClientSession();
  const others = { method: "POST", host: "other.example", target: "/other", close: true } as object;
  const response = await session.get(server.url.href, others);
  expect(JSON.parse(response.text()).method).toBe("GET");
  expect(response.persistent).toBe(true);
  session.close();
});

test("a query that is empty is sent", async () => {
  const targets: string[] = [];
  const dial = () =>
    dialMemory((transport) => {
      const { write } = transport;
      transport.write = (data) => {
        write.call(transport, data);
        targets.push(Buffer.from(data).toString().split(" ")[1] ?? "");
        queueMicrotask(() => transport.deliver(ok));
      };
    });
  const session = new ClientSession({ dial });
  for (const path of ["/p?", "/p", "/p?q#f", "?", "#f"]) await session.get(`http://memory${path}`);
  expect(targets).toEqual(["/p?", "/p", "/p?q", "/?", "/"]);
  session.close();
});

describe("a server that closes after each answer, and does not say so", () => {
  let asked = 0;
  const closing = Bun.listen({
    hostname: "127.0.0.1",
    port: 0,
    socket: {
      data(socket) {
        asked++;
        socket.end(ok);
      },
    },
  });
  afterAll(() => closing.stop(true));
  const url = `http://127.0.0.1:${closing.port}/`;

  test("what it cannot have seen is asked again (RFC 9112 section 9.3.1)", async () => {
    const session = new ClientSession();
    asked = 0;
    for (let i = 0; i < 10; i++) expect((await session.get(url)).text()).toBe("ok");
    expect(asked).toBe(10);
    session.close();
  });

  test("but not what may do harm twice", async () => {
    const session = new ClientSession();
    await session.post(url);
    const failure = await session.post(url).catch((error: ReadError) => error);
    expect(["closed-early", "reset"]).toContain((failure as ReadError).kind);
    session.close();
  });
});

test.each(parsingStrategies.map((strategy) => [strategy.name, strategy] as const))(
  "connections that nobody uses are closed in good order, and not reset: %s",
  async (_, strategy) => {
    const ends: string[] = [];
    const peer = Bun.listen({
      hostname: "127.0.0.1",
      port: 0,
      socket: {
        data: (socket) => void socket.write(ok),
        end: () => void ends.push("FIN"),
        error: (_, error) => void ends.push(String(error)),
        close: (_, error) => void ends.push(error === undefined ? "closed" : String(error)),
      },
    });
    const session = new ClientSession({ strategy });
    await session.get(`http://127.0.0.1:${peer.port}/`);
    session.close();
    expect(await until(() => ends.length === 2)).toBe(true);
    expect(ends).toEqual(["FIN", "closed"]);
    peer.stop(true);
  },
);

test(
  "what is asked again has the time that is left, and is not asked after a close",
  async () => {
    let asked = 0;
    const late = Bun.listen({
      hostname: "127.0.0.1",
      port: 0,
      socket: {
        data(socket) {
          if (++asked === 1) socket.write(ok);
          else if (asked === 2) setTimeout(() => socket.terminate(), 200);
        },
      },
    });
    const url = `http://127.0.0.1:${late.port}/`;
    const patient = new ClientSession({ timeoutMs: 400 });
    await patient.get(url);
    const failure = await patient.get(url).catch((error: ReadError) => error);
    expect(failure).toMatchObject({ kind: "timeout" });
    // 200 ms went to the first try.
    const [, withinMs] = /within (\d+) ms/.exec((failure as Error).message) ?? [];
    expect(Number(withinMs)).toBeLessThanOrEqual(200);
    expect(asked).toBe(3);
    patient.close();

    asked = 0;
    const closed = new ClientSession();
    await closed.get(url);
    const going = closed.get(url).catch((error: ReadError) => error);
    await Bun.sleep(50);
    closed.close();
    expect(["reset", "closed-early"]).toContain(((await going) as ReadError).kind);
    expect(asked).toBe(2);
    late.stop(true);
  },
  measured,
);
