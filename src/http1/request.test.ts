import { expect, test } from "bun:test";
import { encodeRequest } from "./request.ts";

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
  ["a length of their own", { headers: { "Content-Length": "3" } }],
  // RFC 9112 section 3.2: a server must refuse a second Host.
  ["another Host", { headers: { Host: "b" } }],
  ["another host", { headers: { hOST: "b" } }],
])("%s cannot smuggle a line in", (_, bad) => {
  expect(() => encodeRequest({ method: "GET", host: "a", target: "/", ...bad })).toThrow(TypeError);
});
