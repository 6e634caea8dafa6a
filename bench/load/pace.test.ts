import { expect, test } from "bun:test";
import { noPace, paceOf, slowestOf } from "./pace.ts";
import { Tally } from "./tally.ts";

function tallyOf(counts: readonly (readonly [count: number, ns: number])[]): Tally {
  const tally = new Tally();
  for (const [count, ns] of counts) for (let i = 0; i < count; i++) tally.record(ns);
  return tally;
}

test("the mean, and the longest that have more than a hundredth of the time", () => {
  // 990 ms of 1 ms each, 2 s of 200 ms each, and 10 ms of one stall, which is 0.3 %.
  const { meanNs, longNs } = paceOf([
    tallyOf([[990, 1e6]]),
    tallyOf([
      [10, 200e6],
      [1, 10e6],
    ]),
  ]);
  expect(meanNs / (3000e6 / 1001)).toBeCloseTo(1, 2);
  expect(longNs / 200e6).toBeCloseTo(1, 2);
  const stall = paceOf([
    tallyOf([
      [5000, 1e6],
      [1, 40e6],
    ]),
  ]);
  expect(stall.longNs / 1e6).toBeCloseTo(1, 2);
});

test("what takes seconds is long as well", () => {
  const { longNs } = paceOf([
    tallyOf([
      [10, 1e6],
      [1, 5e9],
    ]),
  ]);
  expect(longNs / 5e9).toBeCloseTo(1, 2);
});

test("nothing was answered", () => {
  expect(paceOf([new Tally()])).toEqual(noPace);
  expect(slowestOf([])).toEqual(noPace);
});
