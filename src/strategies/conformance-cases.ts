import type { ErrorKind } from "../errors.ts";
import type { Method } from "../http1/request.ts";

/** What a response on the wire must become; every parsing strategy passes every case. */
export interface ConformanceCase {
  readonly name: string;
  /** Where the rule stands. */
  readonly source: string;
  readonly method: Method;
  /** One character a byte (ISO-8859-1). */
  readonly wire: string;
  /** The response is complete only when the server has closed. */
  readonly endsAtEof?: true;
  readonly expected:
    | {
        readonly status: number;
        readonly body: string;
        readonly persistent: boolean;
        readonly headers?: Readonly<Record<string, string>>;
        readonly trailers?: Readonly<Record<string, string>>;
      }
    | { readonly error: ErrorKind; readonly byteOffset?: number };
}

const ok = "HTTP/1.1 200 OK\r\n";

function good(
  name: string,
  source: string,
  wire: string,
  body: string,
  more: Partial<Extract<ConformanceCase["expected"], { status: number }>> = {},
  method: Method = "GET",
): ConformanceCase {
  const expected = { status: 200, body, persistent: true, ...more };
  return { name, source, method, wire, expected };
}

function untilEof(name: string, source: string, wire: string, body: string): ConformanceCase {
  const expected = { status: 200, body, persistent: false };
  return { name, source, method: "GET", wire, endsAtEof: true, expected };
}

function bad(name: string, source: string, wire: string, byteOffset?: number): ConformanceCase {
  const offset = byteOffset === undefined ? {} : { byteOffset };
  return { name, source, method: "GET", wire, expected: { error: "malformed", ...offset } };
}

/** Offset of the last byte of `wire`, which is where the bad cases go wrong. */
function atEnd(name: string, source: string, wire: string): ConformanceCase {
  return bad(name, source, wire, wire.length - 1);
}

export const conformanceCases: readonly ConformanceCase[] = [
  good(
    "content-length",
    "RFC 9112 6.3 (6)",
    `${ok}Content-Length: 13\r\n\r\nHello, World!`,
    "Hello, World!",
    {
      headers: { "content-length": "13" },
    },
  ),
  good("an empty body", "RFC 9112 6.3 (6)", `${ok}Content-Length: 0\r\n\r\n`, ""),
  good("field names in any case", "RFC 9110 5.1", `${ok}cOnTeNt-LeNgTh: 2\r\n\r\nok`, "ok"),
  good("white space around a value", "RFC 9112 5", `${ok}Content-Length: \t 2 \t\r\n\r\nok`, "ok"),
  good(
    "an empty value, obs-text",
    "RFC 9110 5.5",
    `${ok}A:\r\nB: \xe9\r\nContent-Length: 1\r\n\r\nx`,
    "x",
    {
      headers: { a: "", b: "\xe9" },
    },
  ),
  good(
    "obs-text is ISO-8859-1, and a no-break space is no white space",
    "RFC 9110 5.5",
    `${ok}A: \x80\xa0\r\nContent-Length: 0\r\n\r\n`,
    "",
    {
      headers: { a: "\x80\xa0" },
    },
  ),
  good(
    "several fields of a name",
    "RFC 9110 5.2",
    `${ok}A: 1\r\nA: 2\r\nContent-Length: 0\r\n\r\n`,
    "",
    {
      headers: { a: "1, 2" },
    },
  ),
  good("no reason phrase", "RFC 9112 4", "HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n", ""),
  good("no space after the status", "RFC 9112 4", "HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", ""),
  good(
    "chunked",
    "RFC 9112 7.1",
    `${ok}Transfer-Encoding: chunked\r\n\r\n5\r\nHello\r\n8\r\n, World!\r\n0\r\n\r\n`,
    "Hello, World!",
  ),
  good(
    "chunked, an empty body",
    "RFC 9112 7.1",
    `${ok}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    "",
  ),
  good(
    "chunk sizes in hex of any case, leading zeros",
    "RFC 9112 7.1",
    `${ok}Transfer-Encoding: Chunked\r\n\r\n00a\r\n0123456789\r\nA\r\n0123456789\r\n000\r\n\r\n`,
    "01234567890123456789",
  ),
  good(
    "chunk extensions",
    "RFC 9112 7.1.1",
    `${ok}Transfer-Encoding: chunked\r\n\r\n2;a=b;c="d;e"\r\nok\r\n0 ; last\r\n\r\n`,
    "ok",
  ),
  good(
    "trailers",
    "RFC 9112 7.1.2",
    `${ok}Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-Sum: 1\r\nContent-Length: 9\r\n\r\n`,
    "ok",
    {
      trailers: { "x-sum": "1", "content-length": "9" },
    },
  ),
  good("HEAD has no body", "RFC 9112 6.3 (1)", `${ok}Content-Length: 13\r\n\r\n`, "", {}, "HEAD"),
  good(
    "HEAD of a chunked response",
    "RFC 9112 6.3 (1)",
    `${ok}Transfer-Encoding: chunked\r\n\r\n`,
    "",
    {},
    "HEAD",
  ),
  good(
    "204 has no body",
    "RFC 9112 6.3 (1)",
    "HTTP/1.1 204 No Content\r\nContent-Length: 3\r\n\r\n",
    "",
    { status: 204 },
  ),
  good(
    "304 has no body",
    "RFC 9112 6.3 (1)",
    "HTTP/1.1 304 Not Modified\r\nContent-Length: 13\r\n\r\n",
    "",
    { status: 304 },
  ),
  good(
    "interim responses",
    "RFC 9110 15.2",
    `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${ok}Content-Length: 2\r\n\r\nok`,
    "ok",
  ),
  good(
    "Connection: close",
    "RFC 9112 9.3",
    `${ok}Connection: close\r\nContent-Length: 2\r\n\r\nok`,
    "ok",
    { persistent: false },
  ),
  good(
    "close among other options",
    "RFC 9110 7.6.1",
    `${ok}Connection: x, CLOSE ,y\r\nContent-Length: 2\r\n\r\nok`,
    "ok",
    { persistent: false },
  ),
  good(
    "an option that only begins with close",
    "RFC 9110 7.6.1",
    `${ok}Connection: closed\r\nContent-Length: 2\r\n\r\nok`,
    "ok",
  ),
  good("HTTP/1.0 closes", "RFC 9112 9.3", "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", "ok", {
    persistent: false,
  }),
  good(
    "HTTP/1.0 with keep-alive",
    "RFC 9112 9.3",
    "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok",
    "ok",
  ),
  untilEof("until close", "RFC 9112 6.3 (8)", `${ok}\r\nHello`, "Hello"),
  untilEof("until close, nothing sent", "RFC 9112 6.3 (8)", `${ok}\r\n`, ""),
  untilEof("HTTP/1.0 until close", "RFC 9112 6.3 (8)", "HTTP/1.0 200 OK\r\n\r\nHello", "Hello"),
  untilEof(
    "HTTP/1.0 with keep-alive and no length",
    "RFC 9112 6.3 (8)",
    "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n\r\nHello",
    "Hello",
  ),
  good(
    "204 that claims chunks",
    "RFC 9112 6.3 (1)",
    "HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n",
    "",
    { status: 204 },
  ),
  good(
    "304 that claims chunks",
    "RFC 9112 6.3 (1)",
    "HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n",
    "",
    { status: 304 },
  ),
  good(
    "an interim response of a status that nobody knows",
    "RFC 9110 15",
    `HTTP/1.1 199 Whatever\r\nContent-Length: 5\r\n\r\n${ok}Content-Length: 2\r\n\r\nok`,
    "ok",
  ),
  good(
    "a final status that nobody knows",
    "RFC 9110 15",
    "HTTP/1.1 599 Whatever\r\nContent-Length: 2\r\n\r\nok",
    "ok",
    { status: 599 },
  ),
  bad("lower case http", "RFC 9112 2.3", "http/1.1 200 OK\r\n\r\n", 0),
  bad("a space first", "RFC 9112 4", " HTTP/1.1 200 OK\r\n\r\n", 0),
  bad("two spaces after the version", "RFC 9112 4", "HTTP/1.1  200 OK\r\n\r\n", 9),
  bad("a tab after the version", "RFC 9112 4", "HTTP/1.1\t200 OK\r\n\r\n", 8),
  bad("a tab after the status", "RFC 9112 4", "HTTP/1.1 200\tOK\r\n\r\n", 12),
  bad("a letter in the status", "RFC 9112 4", "HTTP/1.1 2O0 OK\r\n\r\n", 10),
  bad("status 099", "RFC 9110 15", "HTTP/1.1 099 No\r\n\r\n", 9),
  bad("NUL in the reason", "RFC 9112 4", "HTTP/1.1 200 O\0\r\n\r\n", 14),
  bad("DEL in a value", "RFC 9110 5.5", `${ok}A: \x7f\r\n\r\n`, 20),
  bad("a byte over 127 in a name", "RFC 9110 5.1", `${ok}\xe9: b\r\n\r\n`, 17),
  bad("a bare CR in a value", "RFC 9112 2.2", `${ok}A: b\rc\r\n\r\n`, 21),
  bad("a bare CR ends the head", "RFC 9112 2.2", `${ok}A: b\r\n\rx`, 23),
  bad("a folded line first", "RFC 9112 2.2", `${ok} A: b\r\n\r\n`, 17),
  bad("not HTTP", "RFC 9112 4", "SSH-2.0-OpenSSH_9.2\r\n", 0),
  bad(
    "an empty line first",
    "RFC 9112 2.2 allows it for requests only",
    "\r\nHTTP/1.1 200 OK\r\n\r\n",
    0,
  ),
  bad("HTTP/2 in name", "RFC 9112 2.3", "HTTP/2 200 OK\r\n\r\n", 5),
  bad("HTTP/1.2", "stricter than RFC 9110 6.2", "HTTP/1.2 200 OK\r\n\r\n", 7),
  bad("two digits of status", "RFC 9112 4", "HTTP/1.1 20 OK\r\n\r\n", 11),
  bad("four digits of status", "RFC 9112 4", "HTTP/1.1 2000 OK\r\n\r\n", 12),
  bad("status 600", "stricter than RFC 9110 15", "HTTP/1.1 600 No\r\n\r\n", 9),
  atEnd("a bare LF after the status line", "RFC 9112 2.2", "HTTP/1.1 200 OK\n"),
  bad("a bare CR in the reason", "RFC 9112 2.2", "HTTP/1.1 200 O\rK\r\n\r\n", 14),
  atEnd("a bare LF after a field", "RFC 9112 2.2", `${ok}A: b\n`),
  bad("obs-fold", "stricter than RFC 9112 5.2", `${ok}A: b\r\n c\r\n\r\n`, 23),
  bad("white space before the colon", "RFC 9112 5.1", `${ok}A : b\r\n\r\n`, 18),
  bad("no colon", "RFC 9112 5", `${ok}Abc\r\n\r\n`, 20),
  bad("an empty field name", "RFC 9110 5.1", `${ok}: b\r\n\r\n`, 17),
  bad("NUL in a value", "RFC 9110 5.5", `${ok}A: \0\r\n\r\n`, 20),
  bad(
    "Content-Length twice",
    "RFC 9112 6.3 (5)",
    `${ok}Content-Length: 2\r\nContent-Length: 2\r\n\r\nok`,
    36,
  ),
  bad("a list of lengths", "RFC 9112 6.3 (5)", `${ok}Content-Length: 2, 2\r\n\r\nok`, 33),
  bad("a negative length", "RFC 9112 6.3 (5)", `${ok}Content-Length: -2\r\n\r\n`, 33),
  bad("an empty length", "RFC 9112 6.3 (5)", `${ok}Content-Length: \r\n\r\n`, 33),
  ...["+2", "0x2", "2 3", "2;", "2.0", "1_0", "٢"].map((length) =>
    bad(
      `a length of ${length}`,
      "RFC 9110 8.6",
      `${ok}Content-Length: ${latin1OfUtf8(length)}\r\n\r\n`,
      33,
    ),
  ),
  bad(
    "two lengths that differ",
    "RFC 9112 6.3 (5)",
    `${ok}Content-Length: 2\r\nContent-Length: 3\r\n\r\nok`,
    36,
  ),
  bad(
    "a length beyond counting",
    "RFC 9110 8.6",
    `${ok}Content-Length: 99999999999999999999\r\n\r\n`,
    33,
  ),
  atEnd(
    "both lengths and chunks",
    "RFC 9112 6.3 (3)",
    `${ok}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n`,
  ),
  ...["gzip, chunked", "identity", "chunked, chunked", "xchunked", "chunked;a", "", "gzip"].map(
    (coding) =>
      bad(
        `Transfer-Encoding: ${coding || "(empty)"}`,
        "RFC 9112 7",
        `${ok}Transfer-Encoding: ${coding}\r\n\r\n`,
        36,
      ),
  ),
  bad(
    "Transfer-Encoding twice",
    "RFC 9112 6.1",
    `${ok}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n`,
    64,
  ),
  atEnd(
    "chunked in HTTP/1.0",
    "RFC 9112 6.1",
    "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
  ),
  ...(
    [
      // What follows the head, and how far into it the error is.
      ["no size", "\r\n", 0],
      ["a plus sign", "+2\r\nok\r\n", 0],
      ["a minus sign", "-2\r\nok\r\n", 0],
      ["a prefix", "0x2\r\nok\r\n", 1],
      ["a letter that is no digit", "g\r\nok\r\n", 0],
      ["a space before", " 2\r\nok\r\n", 0],
      ["a space behind", "2 \r\nok\r\n", 2],
      ["a comma", "2,\r\nok\r\n", 1],
      ["a bare LF", "2\nok\r\n", 1],
      ["a bare CR", "2\rok\r\n", 1],
      ["a bare LF in an extension", "2;a\nok\r\n", 3],
      ["an overflow", "fffffffffffffffff\r\nok\r\n", undefined],
      ["data without its CRLF", "2\r\nokk\r\n", 5],
      ["data with a bare LF", "2\r\nok\n", 5],
      ["data with a bare CR", "2\r\nok\rx", 5],
      ["a folded trailer", "0\r\nA: b\r\n c\r\n\r\n", 9],
      ["a trailer without a colon", "0\r\nA\r\n\r\n", 4],
      ["a bare LF ends it", "0\r\n\n", 3],
    ] as const
  ).map(([name, chunks, at]) => {
    const head = `${ok}Transfer-Encoding: chunked\r\n\r\n`;
    const offset = at === undefined ? undefined : head.length + at;
    return bad(`chunks: ${name}`, "RFC 9112 7.1", head + chunks, offset);
  }),
  atEnd("101 without an upgrade", "RFC 9110 15.2.2", "HTTP/1.1 101 Switching Protocols\r\n\r\n"),
  bad("an endless field", "RFC 9112 3 allows a limit", `${ok}A: ${"b".repeat(33_000)}`, 32 * 1024),
  bad("endless fields", "RFC 9112 3 allows a limit", ok + "A: b\r\n".repeat(6000), 32 * 1024),
  bad(
    "an endless chunk extension",
    "RFC 9112 7.1.1 asks for a limit",
    `${ok}Transfer-Encoding: chunked\r\n\r\n2;${"a".repeat(33_000)}`,
    47 + 32 * 1024,
  ),
  bad(
    "endless trailers",
    "RFC 9112 7.1.2",
    `${ok}Transfer-Encoding: chunked\r\n\r\n0\r\n${"A: b\r\n".repeat(6000)}`,
    50 + 32 * 1024,
  ),
  good(
    "a head as long as may be",
    "RFC 9112 3 allows a limit",
    `${ok}Content-Length: 0\r\nA: ${"b".repeat(32 * 1024 - 17 - 19 - 7)}\r\n\r\n`,
    "",
  ),
];

/** Text as the bytes of its UTF-8, one character each. */
function latin1OfUtf8(text: string): string {
  return String.fromCharCode(...new TextEncoder().encode(text));
}
