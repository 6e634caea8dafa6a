import { expect, test } from "bun:test";
import { isLoopback } from "./loopback.ts";

// RFC 6890, tables 4 and 17; RFC 6761, section 6.3.
test.each(["127.0.0.1", "127.9.8.7", "::1", "[::1]", "localhost", "LOCALHOST", "a.localhost"])(
  "%s is loopback",
  (host) => expect(isLoopback(host)).toBe(true),
);

test.each([
  "0.0.0.0",
  "::",
  "10.0.0.1",
  "127.0.0.1.example.com",
  "localhost.example.com",
  "128.0.0.1",
])("%s is not", (host) => expect(isLoopback(host)).toBe(false));
