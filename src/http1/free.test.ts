import { expect, test } from "bun:test";
import { freeIfLarge } from "./free.ts";
import { ResponseCollector } from "./response.ts";

const head = "HTTP/1.1 200 OK\r\nX-Kept: yes\r\nContent-Length: 20000\r\n\r\n";

function response(): Uint8Array {
  return new TextEncoder().encode(head + "x".repeat(20_000));
}

test("a large chunk that has its buffer to itself is freed, others are left alone", () => {
  const large = new Uint8Array(20_000);
  const small = new Uint8Array(100);
  const view = new Uint8Array(40_000).subarray(0, 20_000);
  for (const chunk of [large, small, view]) freeIfLarge(chunk);
  expect([large.length, small.length, view.length]).toEqual([0, 100, 20_000]);
});

test("a body that is dropped is freed and counted, and its head can be read all the same", () => {
  const collector = new ResponseCollector("message");
  const chunk = response();
  collector.begin({ method: "GET" }, { keepBody: false, freeChunks: true });
  collector.feed(chunk);
  expect(collector.complete).toBe(true);
  const { bodyLength, headers } = collector.take();
  expect(chunk.length).toBe(0);
  expect(bodyLength).toBe(20_000);
  expect(headers.get("x-kept")).toBe("yes");
});

test("a body that is kept is never freed", () => {
  const collector = new ResponseCollector("message");
  collector.begin({ method: "GET" }, { keepBody: true, freeChunks: true });
  collector.feed(response());
  expect(collector.complete).toBe(true);
  expect(collector.take().text()).toBe("x".repeat(20_000));
});
