import { expect, test } from "bun:test";
import { giveBack, isLent, lend, slabBytes, takeSlab } from "./slabs.ts";

test("a large chunk that has its buffer to itself is freed, others are left alone", () => {
  const large = new Uint8Array(20_000);
  const small = new Uint8Array(100);
  const view = new Uint8Array(40_000).subarray(0, 20_000);
  for (const chunk of [large, small, view]) giveBack(chunk);
  expect([large.length, small.length, view.length]).toEqual([0, 100, 20_000]);
});

test("a lent slab is lent again once it is given back, and not before", () => {
  const slab = takeSlab();
  const chunk = lend(slab, slabBytes / 2);
  expect(chunk.length).toBe(slabBytes / 2);
  expect(takeSlab().buffer).not.toBe(slab.buffer);
  giveBack(chunk);
  expect(takeSlab().buffer).toBe(slab.buffer);
});

test("a full slab comes back as a slab", () => {
  const slab = takeSlab();
  giveBack(lend(slab, slabBytes));
  expect(takeSlab().buffer).toBe(slab.buffer);
});

test("a slab is given back once, and only by its whole chunk", () => {
  const slab = takeSlab();
  const chunk = lend(slab, slabBytes / 2);
  giveBack(chunk.subarray(0, slabBytes / 4));
  expect(takeSlab().buffer).not.toBe(slab.buffer);
  giveBack(chunk);
  giveBack(chunk);
  expect(takeSlab().buffer).toBe(slab.buffer);
  expect(takeSlab().buffer).not.toBe(slab.buffer);
});

test("a full slab that is given back twice is still a slab", () => {
  const slab = takeSlab();
  const chunk = lend(slab, slabBytes);
  giveBack(chunk);
  giveBack(chunk);
  expect(takeSlab()).toHaveLength(slabBytes);
  expect(takeSlab().buffer).not.toBe(slab.buffer);
});

test("a chunk that fills little of its slab is copied", () => {
  expect([isLent(1000), isLent(slabBytes - 1)]).toEqual([false, true]);
});
