import { describe, expect, test } from "bun:test";
import { exchange } from "../exchange.ts";
import { encodeRequest, type Method } from "../http1/request.ts";
import { bytesOf } from "../http1/wire.testing.ts";
import { dialMemory, type MemoryTransport } from "../memory.ts";
import { floor } from "./floor.ts";
import { parsingStrategies } from "./registry.ts";
import type { Connection, Strategy } from "./strategy.ts";

// RFC 9112 section 9.3.2: responses to pipelined requests come in the order of the requests.

async function connect<S extends Strategy>({ connect: open }: S) {
  let peer: MemoryTransport | undefined;
  const dial = dialMemory((transport) => {
    peer = transport;
  });
  const connection = (await open(dial, "message")) as Awaited<ReturnType<S["connect"]>>;
  return { connection, peer: peer as unknown as MemoryTransport };
}

const requestOf = (method: Method) => encodeRequest({ method, host: "test", target: "/" });
const written = ({ written }: MemoryTransport) => Buffer.concat(written).toString("latin1");

const answers: readonly { method: Method; wire: string; body: string }[] = [
  { method: "GET", wire: "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\none", body: "one" },
  { method: "HEAD", wire: "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n", body: "" },
  { method: "GET", wire: "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\ntwo", body: "two" },
  {
    method: "GET",
    wire: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nthree\r\n0\r\nX: y\r\n\r\n",
    body: "three",
  },
];
const wire = answers.map((answer) => answer.wire).join("");

describe.each(parsingStrategies.map((strategy) => [strategy.name, strategy] as const))(
  "%s",
  (_, strategy) => {
    async function readAll(pieces: readonly string[]): Promise<string[]> {
      const { connection, peer } = await connect(strategy);
      const responses = answers.map(({ method }) => exchange(connection, requestOf(method), 5000));
      await Promise.resolve();
      for (const piece of pieces) peer.deliver(bytesOf(piece));
      const bodies = (await Promise.all(responses)).map((response) => response.text());
      expect(connection.usable).toBe(true);
      return bodies;
    }

    test("responses come in the order of their requests, wherever the bytes are cut", async () => {
      const bodies = answers.map(({ body }) => body);
      expect(await readAll([wire])).toEqual(bodies);
      expect(await readAll([...wire])).toEqual(bodies);
      for (let at = 1; at < wire.length; at++) {
        expect(await readAll([wire.slice(0, at), wire.slice(at)])).toEqual(bodies);
      }
    });

    test("whoever has one body may transfer it, and takes nothing from the others", async () => {
      const { connection, peer } = await connect(strategy);
      const bodies: string[] = [];
      const failures: Error[] = [];
      for (let i = 0; i < 3; i++) {
        connection.exchange(requestOf("GET"), {
          keepBody: true,
          freeChunks: false,
          responded(response) {
            bodies.push(response.text());
            const buffer = response.bodyChunks[0]?.buffer as ArrayBuffer;
            structuredClone(buffer, { transfer: [buffer] });
          },
          failed: (error) => failures.push(error),
        });
      }
      peer.deliver(bytesOf("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\none".repeat(3)));
      await Bun.sleep(1);
      expect([bodies, failures]).toEqual([["one", "one", "one"], []]);
    });

    test("what ends the connection fails every request that has no response", async () => {
      const { connection, peer } = await connect(strategy);
      const [first, ...others] = [0, 1, 2].map(() => exchange(connection, requestOf("GET"), 5000));
      for (const other of others) other.catch(() => {});
      await Promise.resolve();
      const malformed = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\noneHTTX";
      peer.deliver(bytesOf(malformed));
      expect((await first)?.text()).toBe("one");
      for (const other of others) {
        await expect(other).rejects.toMatchObject({ kind: "malformed", byteOffset: 3 });
      }
      expect(connection.usable).toBe(false);
    });

    test("requests behind the last response of a connection fail as closed-early", async () => {
      const { connection, peer } = await connect(strategy);
      const last = exchange(connection, requestOf("GET"), 5000);
      const lost = exchange(connection, requestOf("GET"), 5000);
      lost.catch(() => {});
      await Promise.resolve();
      peer.deliver(bytesOf("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 3\r\n\r\none"));
      expect((await last).persistent).toBe(false);
      await expect(lost).rejects.toMatchObject({ kind: "closed-early" });
    });

    test("bytes beyond the last response are unsolicited", async () => {
      const { connection, peer } = await connect(strategy);
      const responses = [0, 1].map(() => exchange(connection, requestOf("GET"), 5000));
      for (const response of responses) response.catch(() => {});
      await Promise.resolve();
      const ok = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
      peer.deliver(bytesOf(`${ok}${ok}x`));
      expect((await responses[0])?.status).toBe(200);
      await expect(responses[1]).rejects.toMatchObject({ kind: "unsolicited" });
    });
  },
);

/** Sends again for each answer, `times` in all, with `depth` requests under way at once. */
function keepAsking(connection: Connection, depth: number, times: number) {
  let sent = 0;
  const request = requestOf("GET");
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  let answered = 0;
  const observer = {
    keepBody: false,
    freeChunks: true,
    responded: () => {
      if (++answered === times) resolve(answered);
      else if (sent < times) send();
    },
    failed: reject,
  };
  const send = () => {
    sent++;
    connection.exchange(request, observer);
  };
  for (let i = 0; i < depth; i++) send();
  return promise;
}

test.each([...parsingStrategies, floor].map((strategy) => [strategy.name, strategy] as const))(
  "%s writes what is asked for while one chunk is read as one",
  async (_, strategy) => {
    const { connection, peer } = await connect<Strategy>(strategy);
    const all = keepAsking(connection, 3, 6);
    await Bun.sleep(1);
    const before = peer.written.length;
    const ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    peer.deliver(bytesOf(ok + ok + ok));
    await Bun.sleep(1);
    expect(peer.written.length).toBe(before + 1);
    peer.deliver(bytesOf(ok + ok.slice(0, 5)));
    peer.deliver(bytesOf(ok.slice(5) + ok));
    expect(await all).toBe(6);
    expect(written(peer).match(/GET \/ HTTP\/1.1\r\nHost: test\r\n\r\n/g)?.length).toBe(6);
    expect(connection.usable).toBe(true);
  },
);

test.each([...parsingStrategies, floor].map((strategy) => [strategy.name, strategy] as const))(
  "%s takes nothing as the answer to a request that was not written yet",
  async (_, strategy) => {
    const { connection, peer } = await connect<Strategy>(strategy);
    const all = keepAsking(connection, 2, 4);
    await Bun.sleep(1);
    const ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    peer.deliver(bytesOf(ok + ok + ok));
    await expect(all).rejects.toMatchObject({ kind: "unsolicited" });
  },
);

test.each([...parsingStrategies, floor].map((strategy) => [strategy.name, strategy] as const))(
  "%s answers once from a large chunk that is freed, and asks for nothing more",
  async (_, strategy) => {
    const { connection, peer } = await connect<Strategy>(strategy);
    const large = `HTTP/1.1 200 OK\r\nContent-Length: 20000\r\n\r\n${"x".repeat(20_000)}`;
    for (const round of [1, 2]) {
      const all = keepAsking(connection, 1, 1);
      await Bun.sleep(1);
      peer.deliver(bytesOf(large));
      expect(await all).toBe(1);
      await Bun.sleep(1);
      expect(peer.written.length).toBe(round);
      expect(connection.usable).toBe(true);
    }
  },
);
