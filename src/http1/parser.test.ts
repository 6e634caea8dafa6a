import { describe, expect, test } from "bun:test";
import { MalformedResponseError } from "../errors.ts";
import { conformanceCases } from "../strategies/conformance-cases.ts";
import { type ResponseEvents, ResponseParser } from "./parser.ts";
import { bytesOf } from "./wire.testing.ts";

/** Keeps what a parser tells, responses apart. */
class Log implements ResponseEvents {
  readonly responses: { status: number; body: string; persistent: boolean }[] = [];
  private status = 0;
  private parts = "";

  interim(): void {}

  head({ status }: { status: number }): void {
    this.status = status;
    this.parts = "";
  }

  body(chunk: Uint8Array, start: number, end: number): void {
    this.parts += Buffer.from(chunk).toString("latin1", start, end);
  }

  trailers(): void {}

  end(persistent: boolean): void {
    this.responses.push({ status: this.status, body: this.parts, persistent });
  }
}

/** Cases that end by their own framing: another response can follow them. */
const framed = conformanceCases.flatMap(({ name, method, wire, endsAtEof, expected }) =>
  endsAtEof || "error" in expected ? [] : [{ name, method, wire, expected }],
);

describe.each(framed.map((theCase) => [theCase.name, theCase] as const))("%s", (_, theCase) => {
  const { method, wire, expected } = theCase;
  const next = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nnext";
  const { status, body, persistent } = expected;
  const both = [
    { status, body, persistent },
    { status: 200, body: "next", persistent: true },
  ];

  test("a head that comes again is read as it was the first time", () => {
    const log = new Log();
    const parser = new ResponseParser(log);
    const offsets = wire.length > 1000 ? [wire.length] : wire.split("").keys();
    for (const cut of [wire.length, ...offsets, wire.length]) {
      parser.begin(method);
      parser.feed(bytesOf(wire.slice(0, cut)));
      parser.feed(bytesOf(wire.slice(cut)));
      expect(parser.idle).toBe(true);
    }
    expect(new Set(log.responses.map((response) => JSON.stringify(response))).size).toBe(1);
    expect(log.responses[0]).toEqual({ status, body, persistent });
  });

  test("trailing bytes are left for the next message, wherever the chunks are cut", () => {
    const stream = bytesOf(wire + next);
    const cuts = wire.length > 1000 ? [1, wire.length] : stream.keys();
    for (const cut of cuts) {
      const log = new Log();
      const parser = new ResponseParser(log);
      const requests = [method, "GET"];
      for (const chunk of [stream.subarray(0, cut), stream.subarray(cut)]) {
        for (let at = 0; at < chunk.length; ) {
          if (parser.idle) parser.begin(requests.shift() ?? "");
          at += parser.feed(chunk.subarray(at));
        }
      }
      expect(log.responses).toEqual(both);
      expect(parser.idle).toBe(true);
    }
  });

  test("exactly its own bytes are taken", () => {
    const parser = new ResponseParser(new Log());
    parser.begin(method);
    expect(parser.feed(bytesOf(wire + next))).toBe(wire.length);
    expect(parser.idle).toBe(true);
    expect(parser.feed(bytesOf(next))).toBe(0);
  });
});

test("a head that was known says what it says to another method", () => {
  const log = new Log();
  const parser = new ResponseParser(log);
  const head = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n";
  for (const method of ["HEAD", "GET", "HEAD"]) {
    parser.begin(method);
    parser.feed(bytesOf(method === "GET" ? `${head}ok` : head));
  }
  expect(log.responses.map(({ body }) => body)).toEqual(["", "ok", ""]);
});

test("a head that begins like a known one is read by itself", () => {
  const log = new Log();
  const parser = new ResponseParser(log);
  for (const length of ["2", "20", "2"]) {
    parser.begin("GET");
    parser.feed(
      bytesOf(`HTTP/1.1 200 OK\r\nContent-Length: ${length}\r\n\r\n${"x".repeat(Number(length))}`),
    );
  }
  expect(log.responses.map(({ body }) => body.length)).toEqual([2, 20, 2]);
});

test("a head that another connection has read is no excuse for being too long for this one", () => {
  const head = `HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX-Padding: ${"x".repeat(200)}\r\n\r\n`;
  const generous = new ResponseParser(new Log());
  generous.begin("GET");
  generous.feed(bytesOf(head));
  expect(generous.idle).toBe(true);
  const strict = new ResponseParser(new Log(), 100);
  strict.begin("GET");
  expect(() => strict.feed(bytesOf(head))).toThrow("a header section is longer than 100 bytes");
});

test("connections that take turns read what each is told", () => {
  const logs = [new Log(), new Log(), new Log()];
  const parsers = logs.map((log) => new ResponseParser(log));
  // The first two are told the same, one of them as an answer to HEAD; the heads change once.
  for (const age of [1, 1, 2, 2]) {
    for (const [index, parser] of parsers.entries()) {
      const method = index === 1 ? "HEAD" : "GET";
      const body = index === 1 ? "" : "x".repeat(index + age);
      const length = index === 1 ? age : body.length;
      parser.begin(method);
      parser.feed(bytesOf(`HTTP/1.1 200 OK\r\nContent-Length: ${length}\r\n\r\n${body}`));
      expect(parser.idle).toBe(true);
    }
  }
  expect(logs.map(({ responses }) => responses.map(({ body }) => body.length))).toEqual([
    [1, 1, 2, 2],
    [0, 0, 0, 0],
    [3, 3, 4, 4],
  ]);
});

test("who has failed is not fed again, and spoils nothing for others", () => {
  const failed = new ResponseParser(new Log());
  failed.begin("GET");
  const wrong = "HTTP/1.1 200 OK\r\nX: \x7f\r\n";
  expect(() => failed.feed(bytesOf(wrong))).toThrow(MalformedResponseError);
  // The end of the head that was wrong: not a head by itself, in this connection or in another.
  expect(() => failed.feed(bytesOf("\r\n"))).toThrow(MalformedResponseError);
  expect(failed.idle).toBe(false);
  const other = new ResponseParser(new Log());
  other.begin("GET");
  expect(() => other.feed(bytesOf("\r\nHTTP/1.1 200 OK\r\n"))).toThrow(MalformedResponseError);
});
