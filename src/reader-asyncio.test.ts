import { expect, test } from "bun:test";
import { join } from "node:path";
import fc from "fast-check";
import { asError, IncompleteReadError, LimitOverrunError } from "./errors.ts";
import { Reader } from "./reader.ts";

/** What is done to a reader, one operation after the other. */
interface Sequence {
  readonly limit: number;
  readonly ops: readonly (readonly [name: string, argument: string | number | null])[];
}

const sequences = 10_000;
const python = Bun.which("python3");
const latin1 = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
const text = (data: Uint8Array) => String.fromCharCode(...data);

/** Few letters and small limits, so that separators, limits and EOF meet each other often. */
const operation = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(fc.constant("feed"), fc.stringMatching(/^[ab\n]{0,9}$/)) },
  { weight: 3, arbitrary: fc.tuple(fc.constant("read"), fc.integer({ min: -1, max: 9 })) },
  { weight: 2, arbitrary: fc.tuple(fc.constant("exactly"), fc.integer({ min: -1, max: 9 })) },
  { weight: 2, arbitrary: fc.tuple(fc.constant("until"), fc.constantFrom("", "a", "ab", "bb\n")) },
  { weight: 2, arbitrary: fc.tuple(fc.constant("line"), fc.constant(null)) },
  { weight: 1, arbitrary: fc.tuple(fc.constant("atEof"), fc.constant(null)) },
  { weight: 1, arbitrary: fc.tuple(fc.constant("eof"), fc.constant(null)) },
  { weight: 1, arbitrary: fc.tuple(fc.constant("fail"), fc.constant(null)) },
);
const sequence: fc.Arbitrary<Sequence> = fc.record({
  limit: fc.integer({ min: 1, max: 8 }),
  ops: fc.array(operation, { minLength: 1, maxLength: 14 }),
});

const failure = new Error("failed");

function outcome(error: Error): string {
  if (error instanceof IncompleteReadError) {
    return `incomplete ${text(error.partial)} of ${error.expected ?? "None"}`;
  }
  if (error instanceof LimitOverrunError) return `limit at ${error.consumed}`;
  if (error === failure) return "failed";
  if (error instanceof RangeError) return "bad value";
  return error.message.includes("already waiting") ? "already waiting" : "after eof";
}

async function run({ limit, ops }: Sequence): Promise<string[]> {
  const events: string[] = [];
  const reader = new Reader(limit);
  reader.setTransport({
    pauseReading: () => void events.push("pause"),
    resumeReading: () => void events.push("resume"),
  });
  for (const [index, [name, argument]] of ops.entries()) {
    const read = start(reader, name, argument);
    if (typeof read === "string") events.push(`${index} ${read}`);
    read instanceof Promise &&
      read.then(
        (data) => events.push(`${index} ${text(data)}`),
        (error: unknown) => events.push(`${index} ${outcome(asError(error))}`),
      );
    await new Promise((resolve) => setImmediate(resolve));
  }
  return events;
}

/** Begins an operation: a read that is under way, the word for what it gave at once, or nothing. */
function start(
  reader: Reader,
  name: string,
  argument: string | number | null,
): Promise<Uint8Array> | string | undefined {
  switch (name) {
    case "read":
      return reader.read(Number(argument));
    case "exactly":
      return reader.readExactly(Number(argument));
    case "until":
      return reader.readUntil(latin1(String(argument)));
    case "line":
      return reader.readLine();
    case "atEof":
      return String(reader.atEof());
    case "eof":
      reader.feedEof();
      return undefined;
    case "fail":
      reader.setException(failure);
      return undefined;
    default:
      try {
        reader.feed(latin1(String(argument)));
        return undefined;
      } catch (error) {
        return outcome(asError(error));
      }
  }
}

test.skipIf(python === null)(
  `${sequences} random sequences of operations end as on CPython's asyncio.StreamReader`,
  async () => {
    const all = fc.sample(sequence, { numRuns: sequences, seed: 20261123 });
    const child = Bun.spawn([python ?? "", join(import.meta.dir, "reader-asyncio.py")], {
      stdin: new Blob([JSON.stringify(all)]),
      stdout: "pipe",
    });
    const expected = (await new Response(child.stdout).json()) as string[][];
    expect(await child.exited).toBe(0);
    for (const [i, one] of all.entries()) {
      expect({ ...one, events: await run(one) }).toEqual({ ...one, events: expected[i] ?? [] });
    }
  },
  120_000,
);
