import { describe, expect, test } from "bun:test";
import { type MalformedResponseError, ReadError } from "../errors.ts";
import { exchange } from "../exchange.ts";
import { encodeRequest } from "../http1/request.ts";
import type { Reading, Response } from "../http1/response.ts";
import { bytesOf } from "../http1/wire.testing.ts";
import { dialMemory, type MemoryTransport } from "../memory.ts";
import { type ConformanceCase, conformanceCases } from "./conformance-cases.ts";
import { parsingStrategies } from "./registry.ts";
import type { ParsingStrategy } from "./strategy.ts";

/** How the wire is cut into chunks. */
type Cut = (wire: Uint8Array) => readonly Uint8Array[];

const whole: Cut = (wire) => [wire];
const byteByByte: Cut = (wire) => [...wire].map((byte) => new Uint8Array([byte]));
const splitAt =
  (at: number): Cut =>
  (wire) => [wire.slice(0, at), wire.slice(at)];

async function run(
  strategy: ParsingStrategy,
  { method, wire, endsAtEof }: ConformanceCase,
  cut: Cut,
  reading: Reading,
): Promise<Response> {
  let peer: MemoryTransport | undefined;
  const connection = await strategy.connect(
    dialMemory((transport) => {
      peer = transport;
    }),
    reading,
  );
  const request = encodeRequest({ method, host: "test", target: "/" });
  const response = exchange(connection, request, 5000);
  response.catch(() => {});
  await Promise.resolve();
  for (const chunk of cut(bytesOf(wire))) peer?.deliver(chunk);
  if (endsAtEof || reading === "eof") peer?.deliverEof();
  try {
    return await response;
  } finally {
    connection.close();
  }
}

async function check(
  strategy: ParsingStrategy,
  theCase: ConformanceCase,
  cut: Cut,
  reading: Reading,
): Promise<void> {
  const { expected } = theCase;
  if ("error" in expected) {
    const error = await run(strategy, theCase, cut, reading).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(ReadError);
    expect((error as ReadError).kind).toBe(expected.error);
    if (expected.byteOffset !== undefined) {
      expect((error as MalformedResponseError).byteOffset).toBe(expected.byteOffset);
    }
    return;
  }
  const response = await run(strategy, theCase, cut, reading);
  expect(response.status).toBe(expected.status);
  expect(Buffer.from(response.bytes()).toString("latin1")).toBe(expected.body);
  expect(response.bodyLength).toBe(expected.body.length);
  expect(response.persistent).toBe(expected.persistent && reading === "message");
  for (const [name, value] of Object.entries(expected.headers ?? {})) {
    expect(response.headers.get(name)).toBe(value);
  }
  for (const [name, value] of Object.entries(expected.trailers ?? {})) {
    expect(response.trailers.get(name)).toBe(value);
  }
}

const okResponse = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
const getRequest = encodeRequest({ method: "GET", host: "test", target: "/" });
const readings: readonly Reading[] = ["message", "eof"];

describe.each(parsingStrategies.map((strategy) => [strategy.name, strategy] as const))(
  "%s",
  (_, strategy) => {
    describe.each(conformanceCases.map((theCase) => [theCase.name, theCase] as const))(
      "%s",
      (_, theCase) => {
        test("whole", async () => {
          for (const reading of readings) await check(strategy, theCase, whole, reading);
        });

        // Of long ones the time would be that of all others.
        if (theCase.wire.length > 1000) return;

        test("byte by byte", async () => {
          for (const reading of readings) await check(strategy, theCase, byteByByte, reading);
        });

        test("split at every offset", async () => {
          for (let at = 1; at < theCase.wire.length; at++) {
            await check(strategy, theCase, splitAt(at), "message");
          }
        });

        if (theCase.endsAtEof || "error" in theCase.expected) return;

        test("EOF at every offset is an error, never a shorter response", async () => {
          for (let at = 0; at < theCase.wire.length; at++) {
            const cutShort: ConformanceCase = {
              ...theCase,
              wire: theCase.wire.slice(0, at),
              endsAtEof: true,
              expected: { error: "closed-early" },
            };
            await check(strategy, cutShort, whole, "message");
          }
        });
      },
    );

    test("several exchanges follow each other on one connection", async () => {
      let peer: MemoryTransport | undefined;
      const connection = await strategy.connect(
        dialMemory((transport) => {
          peer = transport;
        }),
        "message",
      );
      const request = encodeRequest({ method: "GET", host: "test", target: "/" });
      for (const body of ["one", "three", ""]) {
        const response = exchange(connection, request, 5000);
        await Promise.resolve();
        peer?.deliver(
          bytesOf(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`),
          7,
        );
        expect((await response).text()).toBe(body);
        expect(connection.usable).toBe(true);
      }
      expect(peer?.written.length).toBe(3);
    });

    test("bytes that no request asked for end the connection", async () => {
      const wire = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\n";
      const unasked: ConformanceCase = {
        name: "unasked",
        source: "RFC 9112 9.2",
        method: "GET",
        wire,
        expected: { error: "unsolicited" },
      };
      await check(strategy, unasked, whole, "message");
    });

    test.each([
      ["another response", (peer: MemoryTransport) => peer.deliver(bytesOf(okResponse))],
      ["an EOF", (peer: MemoryTransport) => peer.deliverEof()],
    ])("%s between exchanges makes the connection unusable", async (_, arrive) => {
      let peer: MemoryTransport | undefined;
      const connection = await strategy.connect(
        dialMemory((transport) => {
          peer = transport;
        }),
        "message",
      );
      const response = exchange(connection, getRequest, 5000);
      await Promise.resolve();
      peer?.deliver(bytesOf(okResponse));
      expect((await response).text()).toBe("ok");
      expect(connection.usable).toBe(true);
      if (peer) arrive(peer);
      await Bun.sleep(1);
      expect(connection.usable).toBe(false);
    });

    test.each([
      ["has closed", (peer: MemoryTransport) => peer.lose(null), "closed-early"],
      ["has spoken", (peer: MemoryTransport) => peer.deliver(bytesOf(okResponse)), "unsolicited"],
    ])("an exchange with a server that %s already fails at once", async (_, act, kind) => {
      let peer: MemoryTransport | undefined;
      const connection = await strategy.connect(
        dialMemory((transport) => {
          peer = transport;
        }),
        "message",
      );
      if (peer) act(peer);
      await Bun.sleep(1);
      expect(exchange(connection, getRequest, 1000)).rejects.toMatchObject({ kind });
      await Bun.sleep(5);
      expect(connection.usable).toBe(false);
    });

    test("what the server has said in this very turn answers nothing that is asked now", async () => {
      let peer: MemoryTransport | undefined;
      const connection = await strategy.connect(
        dialMemory((transport) => {
          peer = transport;
        }),
        "message",
      );
      await Bun.sleep(1);
      peer?.deliver(bytesOf(okResponse));
      expect(connection.usable).toBe(false);
      const response = exchange(connection, getRequest, 1000);
      await expect(response).rejects.toMatchObject({ kind: "unsolicited" });
    });

    test("our own close completes no response that ends with the connection", async () => {
      let peer: MemoryTransport | undefined;
      const connection = await strategy.connect(
        dialMemory((transport) => {
          peer = transport;
        }),
        "eof",
      );
      const response = exchange(connection, getRequest, 1000);
      await Promise.resolve();
      peer?.deliver(bytesOf("HTTP/1.1 200 OK\r\n\r\nhalf of"));
      await Bun.sleep(1);
      connection.close();
      peer?.lose(null);
      expect(response).rejects.toMatchObject({ kind: "closed-early" });
      await response.catch(() => {});
    });

    test("a reset fails the exchange with its kind", async () => {
      let peer: MemoryTransport | undefined;
      const connection = await strategy.connect(
        dialMemory((transport) => {
          peer = transport;
        }),
        "message",
      );
      const request = encodeRequest({ method: "GET", host: "test", target: "/" });
      const response = exchange(connection, request, 5000);
      await Promise.resolve();
      peer?.deliver(bytesOf("HTTP/1.1 200 OK\r\n"));
      peer?.lose(new ReadError("reset", "connection reset"));
      expect(response).rejects.toMatchObject({ kind: "reset" });
      await response.catch(() => {});
    });

    test("a response that does not come is a timeout, and frees the connection", async () => {
      const connection = await strategy.connect(
        dialMemory(() => {}),
        "message",
      );
      const request = encodeRequest({ method: "GET", host: "test", target: "/" });
      expect(exchange(connection, request, 20)).rejects.toMatchObject({ kind: "timeout" });
      await Bun.sleep(40);
      expect(connection.usable).toBe(false);
    });
  },
);
