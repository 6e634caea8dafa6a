import { expect, test } from "bun:test";
import { createHistogram } from "../load/histogram.ts";
import type { CellSample, Recording } from "../load/sample.ts";
import { eventLoop } from "./event-loop.ts";

/** Four seconds of a timer every 10 ms, with some long delays among its own. */
function sampleOf(delayNs: number, stoodStillNs: number, count = 1): CellSample {
  const loopDelay = createHistogram();
  loopDelay.recordValueWithCount(1e6, 400 - count);
  loopDelay.recordValueWithCount(delayNs, count);
  const recording = { loopDelay, stoodStillNs } as unknown as Recording;
  const replicates = [{ slices: [{ wholeNs: 4e9 }], recording }];
  return { workers: 1, replicates } as unknown as CellSample;
}

test("one standstill of a second is one delay in four hundred, and a quarter of the time", () => {
  expect(eventLoop(sampleOf(1e9, 1e9))).toMatchObject({
    ok: false,
    detail: expect.stringContaining("1.00 s in all of 4.00 s; is the machine overloaded?"),
  });
  expect(eventLoop(sampleOf(30e6, 30e6))?.ok).toBe(true);
  expect(eventLoop(sampleOf(50e6, 0))?.ok).toBe(true);
});

test("a client stood still where it did for more than 1 % of the time, or 100 ms in 1 % of its turns", () => {
  expect(eventLoop(sampleOf(39e6, 39e6))?.ok).toBe(true);
  expect(eventLoop(sampleOf(41e6, 41e6))?.ok).toBe(false);
  const isOften = 5;
  expect(eventLoop(sampleOf(99e6, 0, isOften))?.ok).toBe(true);
  expect(eventLoop(sampleOf(101e6, 0, isOften))?.ok).toBe(false);
});
