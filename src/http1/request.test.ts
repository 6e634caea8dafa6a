import { expect, test } from "bun:test";
import { encodeRequest, type Method, type RequestOptions } from "./request.ts";

const text = (options: Parameters<typeof encodeRequest>[0]) =>
  new TextDecoder().decode(encodeRequest(options).bytes);

test("a GET is a request line and a Host (RFC 9112 section 3.2)", () => {
  expect(text({ method: "GET", host: "a:1", target: "/x?y" })).toBe(
    "GET /x?y HTTP/1.1\r\nHost: a:1\r\n\r\n",
  );
});

test("a body has its length, a POST without one says 0 (RFC 9110 section 8.6)", () => {
  expect(text({ method: "PUT", host: "a", target: "/", body: "é" })).toBe(
    "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\né",
  );
  expect(text({ method: "POST", host: "a", target: "/" })).toContain("Content-Length: 0\r\n");
  expect(text({ method: "DELETE", host: "a", target: "/" })).not.toContain("Content-Length");
});

test("a value has one octet a character (RFC 9110 section 5.5: obs-text)", () => {
  const { bytes } = encodeRequest({
    method: "GET",
    host: "a",
    target: "/",
    headers: { A: "\xe9" },
  });
  expect(Buffer.from(bytes).toString("latin1")).toBe(
    "GET / HTTP/1.1\r\nHost: a\r\nA: \xe9\r\n\r\n",
  );
});

test.each(["a", "a.example:8080", "[::1]:80", "xn--nxasmq6b", "a_b", "%61"])(
  "%s is a host",
  (host) => {
    expect(text({ method: "GET", host, target: "/" })).toContain(`Host: ${host}\r\n`);
  },
);

test("close asks for the end of the connection", () => {
  expect(text({ method: "GET", host: "a", target: "/", close: true })).toContain(
    "\r\nConnection: close\r\n",
  );
});

test.each([
  ["a target", { target: "/ HTTP/1.1\r\nX: y" }],
  ["a header value", { headers: { A: "b\r\nX: y" } }],
  ["a header name", { headers: { "A\r\nX": "b" } }],
  ["an empty name", { headers: { "": "b" } }],
  ["a host", { host: "a\r\nX: y" }],
  ["no host", { host: "" }],
  ["two hosts", { host: "a b" }],
  ["a host with a path", { host: "a/b" }],
  ["a host with a user", { host: "user@a" }],
  ["a method", { method: "GET / HTTP/1.1\r\nX:" as Method }],
  ["no method", { method: "" as Method }],
  // One of them is a line feed to whoever keeps the lower octet.
  ["a value of characters that are no octets", { headers: { A: "b\u010aX: y" } }],
  ["a length of their own", { headers: { "Content-Length": "3" } }],
  // RFC 9112 section 3.2: a server must refuse a second Host.
  ["another Host", { headers: { Host: "b" } }],
  ["another host", { headers: { hOST: "b" } }],
])("%s cannot smuggle a line in", (_, bad) => {
  expect(() => encodeRequest({ method: "GET", host: "a", target: "/", ...bad })).toThrow(TypeError);
});

test("headers may be a Headers object", () => {
  const headers = new Headers({ "X-A": "1", "X-B": "2" });
  expect(text({ method: "GET", host: "a", target: "/", headers })).toContain(
    "\r\nx-a: 1\r\nx-b: 2\r\n",
  );
});

test.each([
  ["a value that becomes a line in the end", { headers: { A: { toString: () => "b\r\nX: y" } } }],
  ["a value that is none", { headers: { A: undefined } }],
  ["a body of numbers", { body: new Uint16Array([1, 300]) }],
  ["a body of nothing", { body: null }],
])("%s is a TypeError, whatever the compiler was told", (_, bad) => {
  const options = { method: "POST", host: "a", target: "/", ...bad } as unknown as RequestOptions;
  expect(() => encodeRequest(options)).toThrow(TypeError);
});
