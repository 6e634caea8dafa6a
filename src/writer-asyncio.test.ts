import { expect, test } from "bun:test";
import { join } from "node:path";
import fc from "fast-check";
import { asError } from "./errors.ts";
import type { Protocol, Transport } from "./protocol.ts";
import { openStreams, type Streams } from "./streams.ts";

/** One operation on a writer, or what its connection does meanwhile. */
type Operation = readonly [name: string, argument: number | string | null];

const sequences = 10_000;
const python = Bun.which("python3");

const operation: fc.Arbitrary<Operation> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.tuple(fc.constantFrom("write", "writeLines"), fc.integer({ min: 0, max: 9 })),
  },
  {
    weight: 8,
    arbitrary: fc.tuple(
      fc.constantFrom("drain", "drain", "waitClosed", "isClosing"),
      fc.constant(null),
    ),
  },
  { weight: 6, arbitrary: fc.tuple(fc.constantFrom("pause", "resume"), fc.constant(null)) },
  { weight: 2, arbitrary: fc.tuple(fc.constantFrom("eof", "close", "fail"), fc.constant(null)) },
  { weight: 2, arbitrary: fc.tuple(fc.constant("lose"), fc.constantFrom(null, "reset")) },
);
const sequence = fc.array(operation, { minLength: 1, maxLength: 14 });

class LoggedTransport implements Transport {
  closing = false;
  private readonly events: string[];

  constructor(events: string[]) {
    this.events = events;
  }

  write(data: Uint8Array): void {
    this.events.push(`write ${data.length}`);
  }

  writeEof(): void {
    this.events.push("eof");
  }

  close(): void {
    this.events.push("close");
    this.closing = true;
  }

  abort(): void {
    this.closing = true;
  }

  isClosing(): boolean {
    return this.closing;
  }

  writeBufferSize(): number {
    return 0;
  }

  pauseReading(): void {}
  resumeReading(): void {}
}

function outcome(error: Error): string {
  return error.message === "Connection lost" ? "lost" : error.message;
}

async function run(ops: readonly Operation[]): Promise<string[]> {
  const events: string[] = [];
  const transport = new LoggedTransport(events);
  const { promise: made, resolve } = Promise.withResolvers<Protocol>();
  const streams = await openStreams(async (protocol) => {
    protocol.connectionMade(transport);
    resolve(protocol);
    return transport;
  });
  const connection = new FakeConnection(await made, transport);
  for (const [index, [name, argument]] of ops.entries()) {
    const result = connection.act(name, argument) ?? start(streams, name, argument);
    if (typeof result === "boolean") events.push(`${index} ${result}`);
    result instanceof Promise &&
      result.then(
        () => events.push(`${index} done`),
        (error: unknown) => events.push(`${index} ${outcome(asError(error))}`),
      );
    await new Promise((resolve) => setImmediate(resolve));
    await Bun.sleep(0);
  }
  return events;
}

/** What the other side of a Transport does to its Protocol, as far as it is allowed to. */
class FakeConnection {
  private readonly protocol: Protocol;
  private readonly transport: LoggedTransport;
  private paused = false;
  private lost = false;

  constructor(protocol: Protocol, transport: LoggedTransport) {
    this.protocol = protocol;
    this.transport = transport;
  }

  act(name: string, argument: number | string | null): undefined {
    if (name === "pause" && !this.paused) {
      this.paused = true;
      this.protocol.pauseWriting?.();
    } else if (name === "resume" && this.paused) {
      this.paused = false;
      this.protocol.resumeWriting?.();
    } else if (name === "lose" && !this.lost) {
      this.lost = true;
      this.transport.closing = true;
      this.protocol.connectionLost(argument === null ? null : new Error(String(argument)));
    }
  }
}

/** Begins an operation: a promise, an answer at once, or nothing. */
function start(
  { reader, writer }: Streams,
  name: string,
  argument: number | string | null,
): Promise<void> | boolean | undefined {
  const line = new Uint8Array(Number(argument));
  switch (name) {
    case "write":
      writer.write(line);
      return undefined;
    case "writeLines":
      writer.writeLines([line, new Uint8Array(0), new Uint8Array(1)]);
      return undefined;
    case "drain":
      return writer.drain();
    case "waitClosed":
      return writer.waitClosed();
    case "isClosing":
      return writer.isClosing();
    case "eof":
      writer.writeEof();
      return undefined;
    case "close":
      writer.close();
      return undefined;
    case "fail":
      reader.setException(new Error("failed"));
      return undefined;
    default:
      return undefined;
  }
}

// Not compared: can_write_eof (a TCP socket always can), get_extra_info and start_tls (there is none).
test.skipIf(python === null)(
  `${sequences} random sequences of operations end as on CPython's asyncio.StreamWriter [skipped without python3]`,
  async () => {
    const all = fc.sample(sequence, { numRuns: sequences, seed: 20261123 });
    const child = Bun.spawn([python ?? "", join(import.meta.dir, "writer-asyncio.py")], {
      stdin: new Blob([JSON.stringify(all)]),
      stdout: "pipe",
    });
    const [expected, ours] = await Promise.all([
      new Response(child.stdout).json() as Promise<string[][]>,
      Promise.all(all.map(run)),
    ]);
    expect(await child.exited).toBe(0);
    for (const [i, ops] of all.entries()) {
      expect({ ops, events: ours[i] ?? [] }).toEqual({ ops, events: expected[i] ?? [] });
    }
  },
  120_000,
);
