import { expect, test } from "bun:test";
import { medianEstimate } from "./median.ts";

// Ranks of the 95 % interval of a median: Conover, Practical Nonparametric Statistics, 1999, table A3
// (binomial, p = 1/2), as R's DescTools::MedianCI(method = "exact") gives them.
test.each([
  [6, 1],
  [8, 1],
  [9, 2],
  [10, 2],
  [12, 3],
  [20, 6],
  [30, 10],
])("of %d values the interval goes from rank %d", (n, rank) => {
  // In no order: 7 divides none of the lengths.
  const values = Array.from({ length: n }, (_, i) => ((i * 7) % n) + 1);
  expect(medianEstimate(values)).toEqual({ value: (n + 1) / 2, interval: [rank, n + 1 - rank] });
});

// For many values the ranks are (n ± 1.96 √n) / 2: Conover's own approximation.
test("of very many values the interval is that of the normal approximation", () => {
  const n = 4000;
  const { interval = [0, 0] } = medianEstimate(Array.from({ length: n }, (_, i) => i + 1));
  expect(Math.abs(interval[0] - (n - 1.96 * Math.sqrt(n)) / 2)).toBeLessThan(1);
  expect(interval[0] + interval[1]).toBe(n + 1);
});

test("five values have a median and no interval", () => {
  expect(medianEstimate([5, 1, 4, 2, 3])).toEqual({ value: 3 });
});
