import { afterEach, describe, expect, test } from "bun:test";
import type { Socket } from "bun";
import { asError, type ErrorKind, ReadError } from "../errors.ts";
import { ClientSession } from "../session.ts";
import { parsingStrategies } from "./registry.ts";
import type { ParsingStrategy } from "./strategy.ts";

/** A server that does one thing wrong, and what a client must make of it. */
interface Fault {
  readonly name: string;
  readonly kind: ErrorKind;
  /** Called when a request has come. */
  readonly answer: (socket: Socket) => void;
}

const timeoutMs = 150;
const head = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n";

/** Lets what was written leave before the connection breaks. */
const later = (act: () => void) => setTimeout(act, 10);

function say(bytes: string, then: (socket: Socket) => void = () => {}): Fault["answer"] {
  return (socket) => {
    socket.write(bytes);
    later(() => then(socket));
  };
}

const reset = (socket: Socket) => void socket.terminate();
const finish = (socket: Socket) => void socket.end();

/** Says `bytes` again and again, until the client has had enough. */
function sayForever(first: string, bytes: string, everyMs: number): Fault["answer"] {
  return (socket) => {
    socket.write(first);
    const timer = setInterval(() => {
      if (socket.readyState <= 0 || socket.write(bytes) < 0) clearInterval(timer);
    }, everyMs);
    setTimeout(() => clearInterval(timer), 2000);
  };
}

const faults: readonly Fault[] = [
  { name: "reset before the head", kind: "reset", answer: reset },
  { name: "reset in the head", kind: "reset", answer: say("HTTP/1.1 200 OK\r\nCont", reset) },
  { name: "reset after the head", kind: "reset", answer: say(head, reset) },
  { name: "reset in the body", kind: "reset", answer: say(`${head}0123456789`, reset) },
  { name: "FIN before the head", kind: "closed-early", answer: finish },
  { name: "FIN in the head", kind: "closed-early", answer: say("HTTP/1.1 200 OK\r\nCo", finish) },
  { name: "FIN in the body", kind: "closed-early", answer: say(`${head}0123456789`, finish) },
  {
    name: "FIN in a chunk",
    kind: "closed-early",
    answer: say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", finish),
  },
  { name: "a stall before the head", kind: "timeout", answer: () => {} },
  { name: "a stall in the head", kind: "timeout", answer: say("HTTP/1.1 200 OK\r\nCo") },
  { name: "a stall in the body", kind: "timeout", answer: say(`${head}0123456789`) },
  { name: "a byte every 20 ms", kind: "timeout", answer: sayForever(head, "x", 20) },
  { name: "garbage", kind: "malformed", answer: say("\x16\x03\x01\x02 this is no HTTP\r\n\r\n") },
  {
    name: "an endless head",
    kind: "malformed",
    answer: sayForever("HTTP/1.1 200 OK\r\n", `A: ${"b".repeat(8000)}\r\n`, 1),
  },
  {
    name: "a body longer than was said",
    kind: "unsolicited",
    answer: say("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok and more"),
  },
  {
    name: "an endless chunked body",
    kind: "timeout",
    answer: sayForever("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "3\r\nabc\r\n", 5),
  },
];

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

/** A server whose open connections can be counted. */
function serve(answer: (socket: Socket) => void, onOpen: (socket: Socket) => void = () => {}) {
  let open = 0;
  const listener = Bun.listen({
    hostname: "127.0.0.1",
    port: 0,
    socket: {
      open(socket) {
        open++;
        onOpen(socket);
      },
      data: answer,
      close() {
        open--;
      },
      error() {},
    },
  });
  stops.push(() => listener.stop(true));
  return { url: `http://127.0.0.1:${listener.port}/`, port: listener.port, open: () => open };
}

async function failureOf(strategy: ParsingStrategy, url: string): Promise<unknown> {
  const session = new ClientSession({ strategy, timeoutMs });
  try {
    await session.get(url);
    return undefined;
  } catch (error) {
    return error;
  } finally {
    session.close();
  }
}

async function until(condition: () => boolean): Promise<boolean> {
  for (let i = 0; i < 100 && !condition(); i++) await Bun.sleep(10);
  return condition();
}

describe.each(parsingStrategies.map((strategy) => [strategy.name, strategy] as const))(
  "%s",
  (_, strategy) => {
    test.each(faults.map((fault) => [fault.name, fault] as const))(
      "%s has its kind, and frees the connection",
      async (_, { kind, answer }) => {
        const server = serve(answer);
        const error = await failureOf(strategy, server.url);
        expect(error).toBeInstanceOf(ReadError);
        expect({ kind: (error as ReadError).kind, message: asError(error).message }).toMatchObject({
          kind,
        });
        expect(await until(() => server.open() === 0)).toBe(true);
      },
    );

    test("nobody listens: connect-refused", async () => {
      const server = serve(() => {});
      for (const stop of stops.splice(0)) stop();
      const error = await failureOf(strategy, server.url);
      expect((error as ReadError).kind).toBe("connect-refused");
    });

    test("a name that does not exist: connect-failed", async () => {
      const error = await failureOf(strategy, "http://no-such-host.invalid/");
      expect(["connect-failed", "connect-timeout"]).toContain((error as ReadError).kind);
    });

    test("a hundred failures leave no connection open", async () => {
      const server = serve(say("HTTP/1.1 200 OK\r\nCont", reset));
      const errors = await Promise.all(
        Array.from({ length: 100 }, () => failureOf(strategy, server.url)),
      );
      expect(new Set(errors.map((error) => (error as ReadError).kind))).toEqual(new Set(["reset"]));
      expect(await until(() => server.open() === 0)).toBe(true);
    });
  },
);
