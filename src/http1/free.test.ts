import { expect, test } from "bun:test";
import { freeIfLarge } from "./free.ts";

test("a large chunk that has its buffer to itself is freed, others are left alone", () => {
  const large = new Uint8Array(20_000);
  const small = new Uint8Array(100);
  const view = new Uint8Array(40_000).subarray(0, 20_000);
  for (const chunk of [large, small, view]) freeIfLarge(chunk);
  expect([large.length, small.length, view.length]).toEqual([0, 100, 20_000]);
});
