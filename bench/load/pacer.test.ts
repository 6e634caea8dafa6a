import { expect, test } from "bun:test";
import fc from "fast-check";
import { type ArrivalPlan, Pacer, planDurationMs } from "./pacer.ts";

function dueMs(plan: ArrivalPlan, index = 0, of = 1): number[] {
  const due: number[] = [];
  for (
    const pacer = new Pacer(plan, { index, of });
    pacer.dueNs < Number.POSITIVE_INFINITY;
    pacer.advance()
  ) {
    due.push(pacer.dueNs / 1e6);
  }
  return due;
}

const constant = (...stages: [durationMs: number, rate: number][]): ArrivalPlan => ({
  kind: "constant",
  stages: stages.map(([durationMs, rate]) => ({ durationMs, rate })),
  seed: 1,
});

test("constant arrivals are evenly spaced from the start", () => {
  expect(dueMs(constant([10, 500]))).toEqual([0, 2, 4, 6, 8]);
});

test("a phase makes them later by a part of their interval", () => {
  expect(dueMs({ ...constant([10, 500]), phase: 0.5 })).toEqual([1, 3, 5, 7, 9]);
});

test("stages change the rate at their edge", () => {
  expect(dueMs(constant([4, 500], [4, 1000]))).toEqual([0, 2, 4, 5, 6, 7]);
});

test("exactly rate × time requests are due, whatever the rate", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5000 }),
      fc.integer({ min: 1, max: 5 }),
      (rate, seconds) => {
        expect(dueMs(constant([seconds * 1000, rate])).length).toBe(rate * seconds);
      },
    ),
    { numRuns: 30 },
  );
});

test("the time that n requests take at a rate has exactly n", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2000 }), fc.integer({ min: 1, max: 5000 }), (n, rate) => {
      expect(dueMs(constant([(n / rate) * 1000, rate])).length).toBe(n);
    }),
  );
});

test("workers share a plan exactly: together they are the plan of one", () => {
  const plan = constant([100, 370], [50, 900]);
  const shares = [0, 1, 2].flatMap((index) => dueMs(plan, index, 3)).sort((a, b) => a - b);
  expect(shares).toEqual(dueMs(plan));
});

test("Poisson arrivals have the rate, and gaps whose deviation is their mean", () => {
  const plan: ArrivalPlan = {
    kind: "poisson",
    stages: [{ durationMs: 100_000, rate: 1000 }],
    seed: 5,
  };
  const due = dueMs(plan);
  // 100,000 expected; the standard deviation of the count is its root, 316.
  expect(Math.abs(due.length - 100_000)).toBeLessThan(4 * 316);
  const gaps = due.slice(1).map((at, i) => at - (due[i] ?? 0));
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  const variance = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length;
  expect(Math.sqrt(variance) / mean).toBeCloseTo(1, 1);
});

test("a seed gives the same arrivals, another seed others; due instants never go back", () => {
  const plan = (seed: number): ArrivalPlan => ({
    kind: "poisson",
    stages: [{ durationMs: 100, rate: 1000 }],
    seed,
  });
  expect(dueMs(plan(1))).toEqual(dueMs(plan(1)));
  expect(dueMs(plan(1))).not.toEqual(dueMs(plan(2)));
  expect(dueMs(plan(3))).toEqual(dueMs(plan(3)).sort((a, b) => a - b));
});

test("skipUntil counts what is due before an instant", () => {
  const pacer = new Pacer(constant([10, 500]), { index: 0, of: 1 });
  pacer.advance();
  expect(pacer.skipUntil(6e6)).toBe(2);
  expect(pacer.skipUntil(Number.POSITIVE_INFINITY)).toBe(2);
  expect(planDurationMs(constant([4, 500], [4, 1000]))).toBe(8);
});
