import { afterEach, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Socket } from "bun";
import { asError, ReadError } from "../errors.ts";
import type { Dial } from "../protocol.ts";
import { ClientSession } from "../session.ts";
import { createConnection } from "../socket.ts";
import { until } from "../until.testing.ts";
import { faults, timeoutMsOf } from "./faults.ts";
import { parsingStrategies } from "./registry.ts";
import type { ParsingStrategy } from "./strategy.ts";

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

async function failureOf(
  strategy: ParsingStrategy,
  url: string,
  timeoutMs = 5000,
): Promise<unknown> {
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

/** Only the first of several pieces of a request is answered. */
function once(answer: (socket: Socket) => void): (socket: Socket) => void {
  const answered = new Set<Socket>();
  return (socket) => {
    if (answered.has(socket)) return;
    answered.add(socket);
    answer(socket);
  };
}

describe.each(parsingStrategies.map((strategy) => [strategy.name, strategy] as const))(
  "%s",
  (_, strategy) => {
    test.each(faults.map((fault) => [fault.name, fault] as const))(
      "%s has its kind, and frees the connection",
      async (_, { kind, answer }) => {
        const server = serve(answer);
        const error = await failureOf(strategy, server.url, timeoutMsOf({ kind }));
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

    test("an answer before the request is sent whole is read", async () => {
      const head = "HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n";
      const server = serve(once((socket) => void socket.write(`${head}\r\nno`)));
      const session = new ClientSession({ strategy, timeoutMs: 5000 });
      const body = new Uint8Array(8 * 1024 * 1024);
      const response = await session.post(server.url, { body });
      expect([response.status, response.text()]).toEqual([413, "no"]);
      session.close();
      expect(await until(() => server.open() === 0)).toBe(true);
    });

    test("an answer that nobody asked for, right at connect, hangs nothing", async () => {
      const goodbye = "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n";
      const server = serve(
        () => {},
        (socket) => void socket.end(goodbye),
      );
      const session = new ClientSession({ strategy, timeoutMs: 5000 });
      // It may come before the request is written, or just after, when it is taken for its answer.
      const outcome = await session.get(server.url).then(
        ({ status }) => status,
        (error: ReadError) => error.kind,
      );
      expect([408, "unsolicited", "closed-early", "reset"]).toContain(outcome);
      expect(await until(() => server.open() === 0)).toBe(true);
    });

    test("a unix socket that is gone: connect-failed", async () => {
      const dial = (): Dial => (protocol) => createConnection(protocol, { unix: "/no/such.sock" });
      const session = new ClientSession({ strategy, timeoutMs: 5000, dial });
      expect(session.get("http://unix/")).rejects.toMatchObject({
        kind: "connect-failed",
        message: "cannot connect to /no/such.sock: ENOENT",
      });
      await Bun.sleep(20);
    });

    test("a unix socket that serves", async () => {
      const folder = mkdtempSync(join(tmpdir(), "readrace-"));
      stops.push(() => rmSync(folder, { recursive: true, force: true }));
      const path = join(folder, "a.sock");
      const listener = Bun.listen({
        unix: path,
        socket: {
          data: (socket) => void socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"),
        },
      });
      const dial = (): Dial => (protocol) => createConnection(protocol, { unix: path });
      const session = new ClientSession({ strategy, timeoutMs: 5000, dial });
      expect((await session.get("http://unix/")).text()).toBe("ok");
      session.close();
      listener.stop(true);
    });

    test("a hundred failures leave no connection open", async () => {
      const server = serve((socket) => void socket.terminate());
      const errors = await Promise.all(
        Array.from({ length: 100 }, () => failureOf(strategy, server.url)),
      );
      expect(new Set(errors.map((error) => (error as ReadError).kind))).toEqual(new Set(["reset"]));
      expect(await until(() => server.open() === 0)).toBe(true);
    });
  },
);

const exhausting = `
  const { ClientSession } = await import(process.argv[1]);
  const server = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  const session = new ClientSession({ timeoutMs: 300 });
  const kinds = await Promise.all(Array.from({ length: 100 }, () =>
    session.get("http://127.0.0.1:" + server.port).catch((error) => error.kind + ": " + error.message.slice(-6))));
  console.log(JSON.stringify([...new Set(kinds)].sort()));
  process.exit();`;

test.skipIf(process.platform === "win32")(
  "file descriptors that are exhausted are named, and not called a refusal",
  async () => {
    const child = Bun.spawn(
      [
        ...["sh", "-c", 'ulimit -n 64; exec "$0" "$@"', process.execPath, "-e", exhausting],
        join(import.meta.dir, "../session.ts"),
      ],
      { stdout: "pipe" },
    );
    const kinds = await new Response(child.stdout).json();
    expect(kinds).toEqual(["connect-failed: EMFILE", "timeout: 300 ms"]);
  },
);
