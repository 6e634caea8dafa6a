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
  const values = Array.from({ length: n }, (_, i) => (i * 7) % n).map((value) => value + 1);
  const distinct = new Set(values).size === n ? values : values.map((_, i) => i + 1);
  expect(medianEstimate(distinct)).toEqual({ value: (n + 1) / 2, interval: [rank, n + 1 - rank] });
});

test("five values have a median and no interval", () => {
  expect(medianEstimate([5, 1, 4, 2, 3])).toEqual({ value: 3 });
});
