import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { IncompleteReadError, LimitOverrunError } from "./errors.ts";
import { Reader } from "./reader.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (data: Uint8Array) => new TextDecoder().decode(data);

function fed(chunks: readonly string[], options: { eof?: boolean; limit?: number } = {}): Reader {
  const reader = new Reader(options.limit);
  for (const chunk of chunks) reader.feed(bytes(chunk));
  if (options.eof) reader.feedEof();
  return reader;
}

/** Records what a Reader asks of its transport. */
function spyTransport() {
  const calls: string[] = [];
  return {
    calls,
    pauseReading: () => void calls.push("pause"),
    resumeReading: () => void calls.push("resume"),
  };
}

// Expected values are those of CPython 3.11's asyncio.StreamReader, from its documentation and source.
describe("read", () => {
  test("returns what has arrived, up to n", async () => {
    const reader = fed(["abc", "def"]);
    expect(text(await reader.read(4))).toBe("abcd");
    expect(text(await reader.read(100))).toBe("ef");
  });

  test("a small piece does not keep the chunk that it came in", async () => {
    const reader = new Reader();
    reader.feed(new Uint8Array(64 * 1024));
    expect((await reader.readExactly(5)).buffer.byteLength).toBe(5);
    expect((await reader.read(4096)).buffer.byteLength).toBe(4096);
    expect(reader.bufferedBytes).toBe(64 * 1024 - 4101);
    await reader.readExactly(64 * 1024 - 4101 - 10);
    expect((await reader.read(100)).buffer.byteLength).toBe(10);
  });

  test("whoever is given bytes may transfer them: what comes after is another's", async () => {
    const reader = fed(["x".repeat(20_000), "end"]);
    const total = { read: 0 };
    while (reader.bufferedBytes > 0) {
      const { buffer, byteLength } = await reader.read(8192);
      structuredClone(buffer, { transfer: [buffer as ArrayBuffer] });
      total.read += byteLength;
    }
    expect(total.read).toBe(20_003);
  });

  test("waits for the first bytes only", async () => {
    const reader = new Reader();
    const read = reader.read(100);
    reader.feed(bytes("head"));
    reader.feed(bytes("body"));
    expect(text(await read)).toBe("headbody");
  });

  test("n = 0 returns at once, n < 0 reads until EOF", async () => {
    expect(await new Reader().read(0)).toHaveLength(0);
    expect(text(await fed(["ab", "cd"], { eof: true }).read())).toBe("abcd");
  });

  test("is empty at EOF", async () => {
    const reader = fed([], { eof: true });
    expect(await reader.read(5)).toHaveLength(0);
    expect(reader.atEof()).toBe(true);
  });

  test("atEof is false while bytes are buffered", () => {
    expect(fed(["a"], { eof: true }).atEof()).toBe(false);
  });

  test("a second read while one waits is an error", async () => {
    const reader = new Reader();
    const first = reader.read(1);
    expect(reader.readLine()).rejects.toThrow(/already waiting/);
    reader.feed(bytes("x"));
    expect(text(await first)).toBe("x");
  });
});

describe("readExactly", () => {
  test("joins chunks and leaves the rest", async () => {
    const reader = fed(["ab", "cd", "ef"]);
    expect(text(await reader.readExactly(5))).toBe("abcde");
    expect(text(await reader.read(9))).toBe("f");
  });

  test("EOF before the end gives what there was", async () => {
    const error = await fed(["abc"], { eof: true })
      .readExactly(5)
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(IncompleteReadError);
    expect(text((error as IncompleteReadError).partial)).toBe("abc");
    expect((error as IncompleteReadError).expected).toBe(5);
  });

  test("a negative size is refused", () => {
    expect(new Reader().readExactly(-1)).rejects.toThrow(RangeError);
  });
});

describe("readUntil and readLine", () => {
  test("include the separator, even when it is split over chunks", async () => {
    const reader = fed(["a\r", "\nb\r\n"]);
    expect(text(await reader.readUntil(bytes("\r\n")))).toBe("a\r\n");
    expect(text(await reader.readUntil(bytes("\r\n")))).toBe("b\r\n");
  });

  test("an empty separator is refused", () => {
    expect(new Reader().readUntil(bytes(""))).rejects.toThrow(/at least one-byte/);
  });

  test("EOF gives an error from readUntil, the rest from readLine", async () => {
    expect(fed(["ab"], { eof: true }).readUntil()).rejects.toThrow(IncompleteReadError);
    expect(text(await fed(["ab"], { eof: true }).readLine())).toBe("ab");
  });

  test("a separator beyond the limit is an error that leaves the data", async () => {
    const reader = fed(["abcdef\n"], { limit: 4 });
    const error = await reader.readUntil().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(LimitOverrunError);
    expect((error as LimitOverrunError).consumed).toBe(6);
    expect(text(await reader.read(100))).toBe("abcdef\n");
  });

  test("no separator within the limit is an error too", async () => {
    const error = await fed(["abcdef"], { limit: 4 })
      .readUntil()
      .catch((reason: unknown) => reason);
    expect((error as LimitOverrunError).consumed).toBe(6);
  });

  test("readLine drops a line over the limit and goes on behind it", async () => {
    const reader = fed(["abcdef\nxy\n"], { limit: 4 });
    expect(reader.readLine()).rejects.toThrow(RangeError);
    await Promise.resolve();
    expect(text(await reader.readLine())).toBe("xy\n");
  });
});

describe("backpressure", () => {
  test("pauses above twice the limit, resumes at the limit", async () => {
    const transport = spyTransport();
    const reader = new Reader(10);
    reader.setTransport(transport);
    reader.feed(bytes("x".repeat(20)));
    expect(transport.calls).toEqual([]);
    reader.feed(bytes("x"));
    expect(transport.calls).toEqual(["pause"]);
    await reader.read(10);
    expect(transport.calls).toEqual(["pause"]);
    await reader.read(1);
    expect(transport.calls).toEqual(["pause", "resume"]);
  });

  test("a read that needs more than is allowed to buffer resumes", async () => {
    const transport = spyTransport();
    const reader = new Reader(10);
    reader.setTransport(transport);
    reader.feed(bytes("x".repeat(21)));
    const read = reader.readExactly(30);
    expect(transport.calls).toEqual(["pause", "resume"]);
    reader.feed(bytes("x".repeat(9)));
    expect(await read).toHaveLength(30);
  });
});

test("setException fails the read that waits and all later ones", async () => {
  const reader = new Reader();
  const read = reader.read(1);
  reader.setException(new Error("gone"));
  expect(read).rejects.toThrow("gone");
  expect(reader.readLine()).rejects.toThrow("gone");
  expect(reader.exception()?.message).toBe("gone");
});

test("a limit of 0 and a feed after EOF are refused", () => {
  expect(() => new Reader(0)).toThrow(RangeError);
  expect(() => new Reader(1000.5)).toThrow("limit is no whole number: 1000.5");
  expect(() => new Reader(Number.POSITIVE_INFINITY)).not.toThrow();
  expect(() => fed([], { eof: true }).feed(bytes("x"))).toThrow(/after feedEof/);
});

test("whatever the chunks and the sizes of reads, the bytes come out as they went in", async () => {
  const chunks = fc.array(fc.uint8Array({ minLength: 1, maxLength: 20 }), { maxLength: 20 });
  const sizes = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(chunks, sizes, async (input, reads) => {
      const reader = new Reader();
      for (const chunk of input) reader.feed(chunk);
      reader.feedEof();
      const output: number[] = [];
      for (let i = 0; !reader.atEof(); i++) {
        output.push(...(await reader.read(reads[i % reads.length])));
      }
      expect(output).toEqual(input.flatMap((chunk) => [...chunk]));
    }),
  );
});

test("for await reads until EOF", async () => {
  const blocks: string[] = [];
  for await (const block of fed(["ab", "cd"], { eof: true })) blocks.push(text(block));
  expect(blocks.join("")).toBe("abcd");
});

test("whenReadable rejects, and does not throw, where another read waits", async () => {
  const reader = new Reader();
  const first = reader.read(1);
  const second = reader.whenReadable();
  expect(await second.catch(({ message }: Error) => message)).toContain("already waiting");
  reader.feedEof();
  await first;
});

test("whenReadable does not wait where there is something to read, or nothing more to come", async () => {
  const fed = new Reader();
  fed.feed(new Uint8Array(1));
  await fed.whenReadable();
  const ended = new Reader();
  ended.feedEof();
  await ended.whenReadable();
  const failed = new Reader();
  failed.setException(new Error("broken"));
  await failed.whenReadable();
  expect(() => failed.readNow(1)).toThrow("broken");
});

describe.each([Number.NaN, 1.5])("a size that is no number of bytes: %p", (n) => {
  test.each([
    ["read", async (reader: Reader) => reader.read(n)],
    ["readNow", async (reader: Reader) => reader.readNow(n)],
    ["readExactly", async (reader: Reader) => reader.readExactly(n)],
  ] as const)("%s refuses it, and loses nothing", async (_, read) => {
    const reader = new Reader();
    reader.feed(new TextEncoder().encode("abc"));
    await expect(read(reader)).rejects.toThrow(RangeError);
    expect(reader.bufferedBytes).toBe(3);
  });
});

test("as much as there is, or will be, can be read but not exactly", async () => {
  const reader = new Reader();
  reader.feed(new TextEncoder().encode("abc"));
  await expect(reader.readExactly(Number.POSITIVE_INFINITY)).rejects.toThrow(RangeError);
  expect(() => reader.readNow(-1)).toThrow(RangeError);
  expect(await reader.read(Number.POSITIVE_INFINITY)).toHaveLength(3);
});
