import { expect, test } from "bun:test";
import fc from "fast-check";
import { createHistogram, encodeHistogram, histogramOf } from "./histogram.ts";
import { Tally } from "./tally.ts";

test("counts in the very buckets in which the library counts", () => {
  const durations = fc.oneof(
    fc.integer({ min: 0, max: 5000 }),
    fc.integer({ min: 0, max: 2 ** 31 - 1 }),
    fc.integer({ min: 2 ** 31 - 10, max: 3_600_000_000_000 }),
  );
  fc.assert(
    fc.property(fc.array(durations, { maxLength: 200 }), (values) => {
      const tally = new Tally();
      const expected = createHistogram();
      for (const value of values) {
        tally.record(value);
        expected.recordValue(value);
      }
      expect(encodeHistogram(histogramOf(tally.counted()))).toBe(encodeHistogram(expected));
    }),
  );
});

test("the edges of every bucket", () => {
  const tally = new Tally();
  const expected = createHistogram();
  for (let bits = 0; bits <= 41; bits++) {
    for (const value of [2 ** bits - 1, 2 ** bits, 2 ** bits + 1]) {
      tally.record(value);
      expected.recordValue(value);
    }
  }
  expect(encodeHistogram(histogramOf(tally.counted()))).toBe(encodeHistogram(expected));
});

test("a fraction is dropped, and what is below nothing is nothing", () => {
  const tally = new Tally();
  tally.record(1234.9);
  tally.record(-5);
  expect(tally.counted()).toEqual([
    [0, 1],
    [1234, 1],
  ]);
  tally.reset();
  expect(tally.counted()).toEqual([]);
});
