import { describe, expect, test } from "bun:test";
import { meanEstimate, ratioEstimate } from "./interval.ts";
import { leastSquares } from "./least-squares.ts";
import { quantile } from "./quantile.ts";
import { seededRandom, shuffled } from "./random.ts";
import { regularizedBeta, studentTQuantile } from "./student-t.ts";
import { verdictOf } from "./verdict.ts";

// NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.2, table of the upper critical values.
test.each([
  [0.975, 1, 12.706],
  [0.975, 2, 4.303],
  [0.975, 3, 3.182],
  [0.975, 4, 2.776],
  [0.95, 10, 1.812],
  [0.99, 30, 2.457],
  [0.999, 100, 3.174],
])("t quantile %p with %p degrees of freedom", (p, freedom, expected) => {
  expect(studentTQuantile(p, freedom)).toBeCloseTo(expected, 3);
});

test("the t quantile with 1 and 2 degrees of freedom has closed forms", () => {
  expect(studentTQuantile(0.9, 1)).toBeCloseTo(Math.tan(Math.PI * 0.4), 9);
  expect(studentTQuantile(0.9, 2)).toBeCloseTo(0.8 / Math.sqrt(2 * 0.9 * 0.1), 9);
});

test("the incomplete beta function of whole numbers is a binomial sum", () => {
  // I_x(2, 3) = P(at least 2 of 4 successes) with probability x.
  const x = 0.3;
  const sum = 6 * x ** 2 * 0.7 ** 2 + 4 * x ** 3 * 0.7 + x ** 4;
  expect(regularizedBeta(x, 2, 3)).toBeCloseTo(sum, 12);
});

test("the t interval of a mean", () => {
  // mean 5, s = 2.581989, standard error 1.290994, t(0.975, 3) = 3.182446: half width 4.108520.
  const { value, interval } = meanEstimate([2, 4, 6, 8]);
  expect(value).toBe(5);
  expect(interval?.[0]).toBeCloseTo(0.89148, 4);
  expect(interval?.[1]).toBeCloseTo(9.10852, 4);
  expect(meanEstimate([3])).toEqual({ value: 3 });
});

test("a ratio is paired: what hits both alike cancels", () => {
  const { value, interval } = ratioEstimate([1, 10, 100], [2, 20, 200]) ?? { value: 0 };
  expect(value).toBeCloseTo(2, 12);
  expect(interval?.[0]).toBeCloseTo(2, 12);
  expect(interval?.[1]).toBeCloseTo(2, 12);
  expect(ratioEstimate([], [])).toBeUndefined();
});

describe("a verdict", () => {
  test.each([
    [1.1, [1.05, 1.15], "regressed"],
    [0.9, [0.85, 0.95], "improved"],
    [1.0, [0.99, 1.01], "unchanged"],
    [1.1, [0.99, 1.2], "inconclusive"],
    [1.01, [1.005, 1.03], "inconclusive"],
  ] as const)("of a ratio %p in %p, lower is better: %s", (value, interval, verdict) => {
    expect(verdictOf({ value, interval }, "lower")).toBe(verdict);
  });

  test("turns round where higher is better", () => {
    expect(verdictOf({ value: 0.9, interval: [0.85, 0.95] }, "higher")).toBe("regressed");
  });

  test("is not given on a single replicate", () => {
    expect(verdictOf({ value: 2 }, "lower")).toBe("inconclusive");
  });
});

test("a seed gives the same order, and every item stays", () => {
  const items = [1, 2, 3, 4, 5];
  expect(shuffled(items, seededRandom(3))).toEqual(shuffled(items, seededRandom(3)));
  expect(shuffled(items, seededRandom(4)).sort()).toEqual(items);
});

test("every order is drawn as often as any other", () => {
  const random = seededRandom(1);
  const counts = new Map<string, number>();
  for (let i = 0; i < 6000; i++) {
    const order = shuffled("abc", random).join("");
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  expect(counts.size).toBe(6);
  // Six orders, 1000 of each but for chance, whose standard deviation is 29.
  for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(120);
});

test("weighted least squares as NumPy 2.4.6 has it (linalg.lstsq of rows times √weight)", () => {
  const rows = [
    [1, 1, 2],
    [1, 2, 1],
    [1, 3, 5],
    [1, 5, 2],
    [1, 8, 3],
  ];
  const [a, b, c] = leastSquares(rows, [3, 5, 4, 9, 13], [1, 2, 1, 0.5, 1]) ?? [];
  expect(a).toBeCloseTo(2.6203418324460617, 9);
  expect(b).toBeCloseTo(1.5318016251050715, 9);
  expect(c).toBeCloseTo(-0.6346315494536288, 9);
});

test("rows that do not determine the coefficients have no solution", () => {
  expect(
    leastSquares(
      [
        [1, 1],
        [2, 2],
      ],
      [1, 2],
      [1, 1],
    ),
  ).toBeUndefined();
});

test.each([
  [0.1, 0.9800000000000001],
  [0.25, 2.3],
  [0.5, 4.4],
  [0.9, 8.68],
  [0.99, 9.597999999999999],
])("the %p quantile as NumPy 2.4.6 has it: %p", (p, expected) => {
  expect(quantile([3.1, 0.2, 9.7, 4.4, 4.4, 8.0, 1.5], p)).toBeCloseTo(expected, 9);
});
