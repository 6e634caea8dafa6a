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

describe("levels that go up and come back", () => {
  const levels = (seed: number, ...stretches: readonly (readonly [number, number])[]) => {
    const normal = normals(seed);
    return stretches.flatMap(([length, level]) =>
      Array.from({ length }, () => level + 0.01 * normal()),
    );
  };
  test.each([
    [
      "a regression that was mended",
      [
        [20, 0],
        [20, 0.1],
        [20, 0],
      ],
      [20, 40],
    ],
    [
      "soon",
      [
        [50, 0],
        [10, 0.1],
        [10, 0],
      ],
      [50, 60],
    ],
    [
      "and came again",
      [
        [30, 0],
        [10, 0.1],
        [30, 0],
        [10, 0.1],
      ],
      [30, 40, 70],
    ],
    [
      "after long",
      [
        [40, 0],
        [20, 0.1],
        [40, 0],
      ],
      [40, 60],
    ],
    [
      "step by step",
      [
        [20, 0],
        [20, 0.05],
        [20, 0.1],
        [20, 0.15],
      ],
      [20, 40, 60],
    ],
  ] as const)("%s", (_, stretches, edges) => {
    let whole = 0;
    for (let seed = 0; seed < 20; seed++) {
      const found = changePoints(levels(seed, ...stretches));
      if (edges.every((edge) => found.some(({ index }) => Math.abs(index - edge) <= 2))) whole++;
    }
    expect(whole).toBeGreaterThanOrEqual(18);
  });
});

describe("series without a change, but not of independent normal values, rarely raise an alarm", () => {
  const alarms = (make: (normal: () => number, random: () => number) => number[]) =>
    Array.from({ length: 100 }, (_, seed) => {
      return changePoints(make(normals(seed), seededRandom(seed + 500))).length > 0;
    }).filter(Boolean).length;

  // Expected 6 at most; 14 would happen once in three hundred times.
  test.each([12, 30])("%d values, in each of which half of the one before is left", (length) => {
    const autoregressive = (normal: () => number) => {
      let value = 0;
      for (let i = 0; i < 20; i++) value = 0.5 * value + normal();
      return Array.from({ length }, () => {
        value = 0.5 * value + normal();
        return value;
      });
    };
    expect(alarms(autoregressive)).toBeLessThan(14);
  });

  // Expected 2; 8 would happen once in a thousand times.
  test.each([0.3, 0.5])("60 values of two kinds, of one the share %d", (share) => {
    const bimodal = (normal: () => number, random: () => number) =>
      Array.from({ length: 60 }, () => 0.005 * normal() + (random() < share ? 0.05 : 0));
    expect(alarms(bimodal)).toBeLessThan(8);
  });
});

test("too short a series has no change points", () => {
  expect(changePoints([])).toEqual([]);
  expect(changePoints([1, 2, 3])).toEqual([]);
  expect(changePoints([5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5])).toEqual([]);
});
