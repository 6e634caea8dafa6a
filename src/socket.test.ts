import { afterEach, describe, expect, test } from "bun:test";
import type { Socket } from "bun";
import type { Protocol, Transport } from "./protocol.ts";
import { createConnection } from "./socket.ts";
import { openConnection, type Streams } from "./streams.ts";
import { until } from "./until.testing.ts";
import { openWebConnection } from "./web-streams.ts";

const servers: { stop(force: boolean): void }[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) server.stop(true);
});

type Handlers = {
  open?: (socket: Socket) => void;
  data?: (socket: Socket, data: Uint8Array) => void;
  end?: (socket: Socket) => void;
  drain?: (socket: Socket) => void;
  close?: (socket: Socket) => void;
};

function listen(handlers: Handlers): number {
  const server = Bun.listen({
    hostname: "127.0.0.1",
    port: 0,
    allowHalfOpen: true,
    socket: { data() {}, ...handlers },
  });
  servers.push(server);
  return server.port;
}

function sayAndEnd(socket: Socket, text: string): void {
  socket.write(text);
  socket.end();
}

const fastSenderBytes = 64 * 1024 * 1024;

/** A server that sends as fast as the socket takes it. */
function fastSender() {
  const block = new Uint8Array(1024 * 1024);
  let sent = 0;
  const pump = (socket: Socket) => {
    while (sent < fastSenderBytes) {
      const rest = Math.min(block.length, fastSenderBytes - sent);
      const written = socket.write(block.subarray(0, rest));
      if (written <= 0) return;
      sent += written;
    }
    socket.end();
  };
  return { port: listen({ open: pump, drain: pump }), sent: () => sent };
}

/** Node's own, which resets a connection behind the 145,000 bytes that it has written. */
async function resettingServer(): Promise<number> {
  const script = `
    const server = require("node:net").createServer((socket) => {
      socket.on("error", () => {});
      socket.once("data", () => {
        socket.pause();
        socket.write(Buffer.alloc(50_000));
        setTimeout(() => socket.write(Buffer.alloc(95_000), () => socket.resetAndDestroy()), 50);
      });
    });
    server.listen(0, "127.0.0.1", () => console.log(server.address().port));`;
  const peer = Bun.spawn(["node", "-e", script], { stdout: "pipe" });
  servers.push({ stop: () => peer.kill() });
  const { value } = await peer.stdout.getReader().read();
  return Number(new TextDecoder().decode(value));
}

/** Writes down every event of a connection. */
class Witness implements Protocol {
  readonly events: string[] = [];
  readonly lost = Promise.withResolvers<void>();
  keepOpen = false;

  connectionMade(_: Transport): void {
    this.events.push("made");
  }
  dataReceived(data: Uint8Array): void {
    this.events.push(new TextDecoder().decode(data));
  }
  eofReceived(): boolean {
    this.events.push("eof");
    return this.keepOpen;
  }
  connectionLost(error: Error | null): void {
    this.events.push(
      error === null ? "lost" : `lost: ${(error as Error & { kind?: string }).kind}`,
    );
    this.lost.resolve();
  }
}

describe("createConnection", () => {
  test("FIN is data, eof, lost", async () => {
    const port = listen({ open: (socket) => sayAndEnd(socket, "hi") });
    const witness = new Witness();
    await createConnection(witness, { host: "127.0.0.1", port });
    await witness.lost.promise;
    expect(witness.events).toEqual(["made", "hi", "eof", "lost"]);
  });

  test("RST is lost with reset, and no eof", async () => {
    const port = listen({ data: (socket) => socket.terminate() });
    const witness = new Witness();
    const transport = await createConnection(witness, { host: "127.0.0.1", port });
    transport.write(new Uint8Array(1));
    await witness.lost.promise;
    expect(witness.events).toEqual(["made", "lost: reset"]);
  });

  test("a refused connection rejects with its kind", async () => {
    const port = listen({});
    servers.splice(0).map((server) => server.stop(true));
    const attempt = createConnection(new Witness(), { host: "127.0.0.1", port });
    expect(attempt).rejects.toMatchObject({ kind: "connect-refused" });
    await attempt.catch(() => {});
  });

  test("close() never calls the protocol from within, and tells it once", async () => {
    const port = listen({});
    const witness = new Witness();
    const transport = await createConnection(witness, { host: "127.0.0.1", port });
    transport.close();
    transport.close();
    transport.abort();
    expect(witness.events).toEqual(["made"]);
    await witness.lost.promise;
    await Bun.sleep(5);
    expect(witness.events).toEqual(["made", "lost"]);
    expect(transport.isClosing()).toBe(true);
  });

  describe("whatever a protocol throws ends its connection, and is not said to be the peer's fault", () => {
    const error = new Error("a bug in the protocol");
    const thrown: readonly (readonly [string, unknown, string])[] = [
      ["an Error", error, error.message],
      [
        "an error of Node's",
        Object.assign(new RangeError("bad"), { code: "ERR_OUT_OF_RANGE" }),
        "bad",
      ],
      ["a string", "a bug", "a bug"],
      ["null", null, "null"],
      ["what has no text", Object.create(null), "something without a text was thrown"],
    ];
    const throwIt = (what: unknown) => () => {
      throw what;
    };
    const lossOf = async (port: number, protocol: Partial<Protocol>, halfClose = false) => {
      const witness = Object.assign(new Witness(), protocol);
      const { promise: loss, resolve } = Promise.withResolvers<Error | null>();
      witness.connectionLost = resolve;
      const transport = await createConnection(witness, { host: "127.0.0.1", port });
      if (halfClose) transport.writeEof();
      return await loss;
    };
    const expectIt = (loss: Error | null, what: unknown, text = error.message) => {
      expect(loss?.message).toBe(text);
      expect(what instanceof Error ? loss : loss?.cause).toBe(what);
    };

    test.each(thrown)("in dataReceived: %s", async (_, what, text) => {
      const port = listen({ open: (socket) => void socket.write("boom") });
      expectIt(await lossOf(port, { dataReceived: throwIt(what) }), what, text);
    });

    test.each([false, true])(
      "in eofReceived, after a writeEof of its own: %p",
      async (halfClose) => {
        const port = listen({
          end: (socket) => socket.end(),
          open: (socket) => void socket.end("x"),
        });
        expectIt(await lossOf(port, { eofReceived: throwIt(error) }, halfClose), error);
      },
    );

    test("in pauseWriting", async () => {
      const port = listen({ open: (socket) => void socket.pause() });
      const { promise: loss, resolve } = Promise.withResolvers<Error | null>();
      const witness = Object.assign(new Witness(), {
        pauseWriting: throwIt(error),
        connectionLost: resolve,
      });
      const transport = await createConnection(witness, { host: "127.0.0.1", port });
      for (let i = 0; i < 64 && !transport.isClosing(); i++)
        transport.write(new Uint8Array(2 ** 20));
      expectIt(await loss, error);
    });

    test.each([...thrown, ["undefined", undefined, "undefined"]])(
      "when it is made: %s",
      async (_, what) => {
        let open = 0;
        const port = listen({ open: () => void open++, close: () => void open-- });
        const witness = Object.assign(new Witness(), { connectionMade: throwIt(what) });
        const connecting = createConnection(witness, { host: "127.0.0.1", port });
        const outcome = await connecting.then(
          () => "made",
          (reason: unknown) => ({ reason }),
        );
        expect(outcome).toEqual({ reason: what });
        expect(await until(() => open === 0)).toBe(true);
      },
    );
  });

  test.each(["end", "terminate"])("what connectionLost throws is uncaught: after %s", (how) => {
    const script = `
      import { createConnection } from "${import.meta.dir}/socket.ts";
      process.on("uncaughtException", ({ message }) => {
        console.log(message);
        process.exit();
      });
      const { port } = Bun.listen({
        hostname: "127.0.0.1", port: 0, socket: { open: (socket) => socket.${how}(), data() {} },
      });
      await createConnection({
        connectionMade() {},
        dataReceived() {},
        eofReceived: () => false,
        connectionLost() { throw new Error("a bug at the end"); },
      }, { host: "127.0.0.1", port });
    `;
    const { stdout } = Bun.spawnSync([process.execPath, "-e", script], { timeout: 30_000 });
    expect(stdout.toString()).toBe("a bug at the end\n");
  });

  test("a timeout may be longer than a timer can wait, and must be a time", async () => {
    const port = listen({});
    const connect = (connectTimeoutMs: number) =>
      createConnection(new Witness(), { host: "127.0.0.1", port }, { connectTimeoutMs });
    for (const endless of [Number.POSITIVE_INFINITY, 2 ** 31]) (await connect(endless)).abort();
    for (const none of [0, -1, Number.NaN]) await expect(connect(none)).rejects.toThrow(RangeError);
  });
});

describe("openConnection", () => {
  test("writeEof half-closes: the answer still comes", async () => {
    const port = listen({ end: (socket) => sayAndEnd(socket, "bye") });
    const { reader, writer } = await openConnection("127.0.0.1", port);
    writer.write(new TextEncoder().encode("hello"));
    writer.writeEof();
    expect(new TextDecoder().decode(await reader.read())).toBe("bye");
    writer.close();
    await writer.waitClosed();
  });

  test("drain waits for a slow peer, and everything arrives in order", async () => {
    const total = 8 * 1024 * 1024;
    let received = 0;
    let intact = true;
    const done = Promise.withResolvers<void>();
    const port = listen({
      open: (socket) => {
        socket.pause();
        setTimeout(() => socket.resume(), 50);
      },
      data: (_, data) => {
        for (let i = 0; i < data.length; i += 997) {
          if (data[i] !== ((received + i) & 0xff)) intact = false;
        }
        received += data.length;
        if (received === total) done.resolve();
      },
    });
    const { writer } = await openConnection("127.0.0.1", port);
    const block = Uint8Array.from({ length: 64 * 1024 }, (_, i) => i & 0xff);
    let buffered = 0;
    for (let sent = 0; sent < total; sent += block.length) {
      writer.write(block);
      buffered = Math.max(buffered, writer.transport.writeBufferSize());
      await writer.drain();
    }
    await done.promise;
    expect(intact).toBe(true);
    expect(buffered).toBeLessThanOrEqual(2 * block.length);
    writer.close();
  });

  test("what was written may be overwritten, sent or not", async () => {
    const blockBytes = 32 * 1024;
    const blocks = 400;
    const hash = new Bun.CryptoHasher("sha256");
    const expected = new Bun.CryptoHasher("sha256");
    let received = 0;
    const done = Promise.withResolvers<void>();
    const port = listen({
      open: (socket) => {
        socket.pause();
        setTimeout(() => socket.resume(), 100);
      },
      data: (_, data) => {
        hash.update(data);
        received += data.length;
        if (received === blocks * blockBytes) done.resolve();
      },
    });
    const { writer } = await openConnection("127.0.0.1", port);
    const block = new Uint8Array(blockBytes);
    for (let i = 0; i < blocks; i++) {
      block.fill(i);
      expected.update(block);
      writer.write(block);
      await writer.drain();
    }
    await done.promise;
    expect(hash.digest("hex")).toBe(expected.digest("hex"));
    writer.close();
  });

  test("a fast sender is stopped while nobody reads, and goes on afterwards", async () => {
    const sender = fastSender();
    const { reader, writer } = await openConnection("127.0.0.1", sender.port);
    await Bun.sleep(200);
    const stalledAt = sender.sent();
    await Bun.sleep(100);
    // What is under way is in the kernel's buffers and in ours; the rest waits at the sender.
    expect(sender.sent()).toBe(stalledAt);
    expect(stalledAt).toBeLessThan(fastSenderBytes / 2);
    let received = 0;
    for await (const data of reader) received += data.length;
    expect(received).toBe(fastSenderBytes);
    writer.close();
  });

  test("what came before a reset is read first, also where reading was paused", async () => {
    const port = await resettingServer();
    const { reader, writer } = await openConnection("127.0.0.1", port, 1024);
    writer.write(new Uint8Array(1));
    await Bun.sleep(300);
    let received = 0;
    const readAll = async () => {
      for await (const data of reader) received += data.length;
    };
    const failure = await readAll().catch((error: Error) => error);
    expect(failure).toMatchObject({ kind: "reset" });
    expect(received).toBe(145_000);
  });

  test("who writes is told of a reset at once, though reading is paused", async () => {
    for (const act of [
      async ({ writer }: Streams) => {
        writer.write(new Uint8Array(20_000_000));
        await writer.drain();
      },
      async ({ writer }: Streams) => {
        writer.write(new Uint8Array(20_000_000));
        writer.close();
        await writer.waitClosed();
      },
      async ({ writer }: Streams) => {
        for (;;) {
          writer.write(new Uint8Array(100));
          await writer.drain();
          await Bun.sleep(10);
        }
      },
    ]) {
      const port = await resettingServer();
      const streams = await openConnection("127.0.0.1", port, 1024);
      streams.writer.write(new Uint8Array(1));
      const failure = await act(streams).catch((error: Error) => error);
      expect(failure).toBeInstanceOf(Error);
      expect(streams.writer.transport.isClosing()).toBe(true);
    }
  });

  test("a reset fails reads and drain", async () => {
    const port = listen({ data: (socket) => socket.terminate() });
    const { reader, writer } = await openConnection("127.0.0.1", port);
    writer.write(new Uint8Array(1));
    expect(reader.read()).rejects.toMatchObject({ kind: "reset" });
    await reader.read().catch(() => {});
    expect(writer.drain()).rejects.toMatchObject({ kind: "reset" });
    expect(writer.waitClosed()).rejects.toMatchObject({ kind: "reset" });
  });
});

test("a web stream stops a fast sender too", async () => {
  const sender = fastSender();
  const { readable, writable } = await openWebConnection("127.0.0.1", sender.port);
  await Bun.sleep(200);
  expect(sender.sent()).toBeLessThan(fastSenderBytes / 2);
  let received = 0;
  for await (const data of readable) received += data.length;
  expect(received).toBe(fastSenderBytes);
  await writable.abort().catch(() => {});
});
