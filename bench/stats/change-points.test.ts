import { describe, expect, test } from "bun:test";
import { changePoints, largestDivergence, withoutOutliers } from "./change-points.ts";
import { seededRandom } from "./random.ts";

function normals(seed: number): () => number {
  const random = seededRandom(seed);
  return () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

test("the statistic is the energy distance, scaled (SciPy 1.17.1: energy_distance(x, y) ** 2)", () => {
  const x = [1, 2, 4, 3, 2.5, 1.5];
  const y = [5, 6, 4.5, 7, 5.5];
  // SciPy divides the sums within by n², we (as Matteson and James) by n(n − 1).
  const pairs = (values: readonly number[]) =>
    values.flatMap((a, i) => values.slice(i + 1).map((b) => Math.abs(a - b)));
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const biased = (values: readonly number[]) => (2 * sum(pairs(values))) / values.length ** 2;
  const unbiased = (values: readonly number[]) =>
    (2 * sum(pairs(values))) / (values.length * (values.length - 1));
  const distance = 4.4622222222222225 + biased(x) + biased(y) - unbiased(x) - unbiased(y);
  const found = largestDivergence([...x, ...y]);
  expect(found?.at).toBe(6);
  expect(found?.statistic).toBeCloseTo(((6 * 5) / 11) * distance, 9);
});

test("an outlier is drawn to its neighbours; a step is not", () => {
  expect(withoutOutliers([1, 1.1, 0.9, 50, 1, 1.05, 0.95, 1])[3]).toBeCloseTo(1, 0);
  const step = [1, 1.12, 0.91, 1.03, 1.08, 0.97, 2, 2.11, 1.92, 2.04, 2.09, 1.96];
  expect(withoutOutliers(step)).toEqual(step);
});

describe("a series of 100 points", () => {
  test("with a step of 5 % and noise of 2 %: found within 10 points", () => {
    let found = 0;
    for (let seed = 0; seed < 40; seed++) {
      const normal = normals(seed);
      const series = Array.from({ length: 100 }, (_, i) => (i < 60 ? 1 : 1.05) + 0.02 * normal());
      if (changePoints(series).some(({ index }) => Math.abs(index - 60) <= 10)) found++;
    }
    expect(found).toBeGreaterThanOrEqual(38);
  });

  test("without a change: no alarm but by chance", () => {
    let alarms = 0;
    for (let seed = 0; seed < 100; seed++) {
      const normal = normals(1000 + seed);
      if (changePoints(Array.from({ length: 100 }, () => 1 + 0.02 * normal())).length > 0) alarms++;
    }
    // Expected below 1; 4 would happen once in a thousand times at 1 %.
    expect(alarms).toBeLessThanOrEqual(4);
  });

  test("a clean step has its index, both levels and the direction", () => {
    const series = [1, 1.01, 0.99, 1, 1.01, 0.99, 1, 1.1, 1.11, 1.09, 1.1, 1.11, 1.09, 1.1];
    expect(changePoints(series)).toMatchObject([{ index: 7, before: 1, after: 1.1 }]);
  });
});

test("too short a series has no change points", () => {
  expect(changePoints([])).toEqual([]);
  expect(changePoints([1, 2, 3])).toEqual([]);
  expect(changePoints([5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5])).toEqual([]);
});
