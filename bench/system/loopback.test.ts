import { expect, test } from "bun:test";
import { networkInterfaces } from "node:os";
import { isLoopback, isThisMachine } from "./loopback.ts";

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

test("addresses of this machine are its own, and those kept for documentation are not", () => {
  const own = Object.values(networkInterfaces()).flatMap((addresses = []) => addresses);
  for (const { address } of own) expect(isThisMachine(address)).toBe(true);
  expect(isThisMachine("0.0.0.0")).toBe(true);
  // RFC 5737.
  expect(isThisMachine("192.0.2.77")).toBe(false);
});
