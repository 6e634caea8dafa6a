import { afterEach, describe, expect, test } from "bun:test";
import type { Socket } from "bun";
import { asError, ReadError } from "../errors.ts";
import { ClientSession } from "../session.ts";
import { faults } from "./faults.ts";
import { parsingStrategies } from "./registry.ts";
import type { ParsingStrategy } from "./strategy.ts";

const timeoutMs = 150;

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
      const server = serve((socket) => void socket.terminate());
      const errors = await Promise.all(
        Array.from({ length: 100 }, () => failureOf(strategy, server.url)),
      );
      expect(new Set(errors.map((error) => (error as ReadError).kind))).toEqual(new Set(["reset"]));
      expect(await until(() => server.open() === 0)).toBe(true);
    });
  },
);
