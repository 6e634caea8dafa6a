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
  bad("not HTTP", "RFC 9112 4", "SSH-2.0-OpenSSH_9.2\r\n", 0),
  bad(
    "an empty line first",
    "RFC 9112 2.2 allows it for requests only",
    "\r\nHTTP/1.1 200 OK\r\n\r\n",
    0,
  ),
  bad("HTTP/2 in name", "RFC 9112 2.3", "HTTP/2 200 OK\r\n\r\n", 5),
  bad("HTTP/1.2", "RFC 9112 2.3", "HTTP/1.2 200 OK\r\n\r\n", 7),
  bad("two digits of status", "RFC 9112 4", "HTTP/1.1 20 OK\r\n\r\n", 11),
  bad("four digits of status", "RFC 9112 4", "HTTP/1.1 2000 OK\r\n\r\n", 12),
  bad("status 600", "RFC 9110 15", "HTTP/1.1 600 No\r\n\r\n", 9),
  atEnd("a bare LF after the status line", "RFC 9112 2.2", "HTTP/1.1 200 OK\n"),
  bad("a bare CR in the reason", "RFC 9112 2.2", "HTTP/1.1 200 O\rK\r\n\r\n", 14),
  atEnd("a bare LF after a field", "RFC 9112 2.2", `${ok}A: b\n`),
  bad("obs-fold", "RFC 9112 5.2", `${ok}A: b\r\n c\r\n\r\n`, 23),
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
  bad("an empty length", "RFC 9112 6.3 (5)", `${ok}Content-Length: \r\n\r\n`),
  bad(
    "a length beyond counting",
    "RFC 9110 8.6",
    `${ok}Content-Length: 99999999999999999999\r\n\r\n`,
    33,
  ),
  bad(
    "both lengths and chunks",
    "RFC 9112 6.3 (3)",
    `${ok}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  ),
  bad("gzip, chunked", "RFC 9112 7", `${ok}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`),
  bad(
    "chunked in HTTP/1.0",
    "RFC 9112 6.1",
    "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
  ),
  ...[
    ["no size", "\r\n"],
    ["a sign", "+2\r\nok\r\n"],
    ["a prefix", "0x2\r\nok\r\n"],
    ["a space before", " 2\r\nok\r\n"],
    ["a space behind", "2 \r\nok\r\n"],
    ["a bare LF", "2\nok\r\n"],
    ["an overflow", "fffffffffffffffff\r\nok\r\n"],
    ["data without its CRLF", "2\r\nokk\r\n"],
    ["data with a bare LF", "2\r\nok\n"],
    ["a folded trailer", "0\r\nA: b\r\n c\r\n\r\n"],
  ].map(([name, chunks]) =>
    bad(`chunks: ${name}`, "RFC 9112 7.1", `${ok}Transfer-Encoding: chunked\r\n\r\n${chunks}`),
  ),
  bad("101 without an upgrade", "RFC 9110 15.2.2", "HTTP/1.1 101 Switching Protocols\r\n\r\n"),
  bad("an endless head", "RFC 9112 3 allows a limit", `${ok}A: ${"b".repeat(33_000)}`),
];
