import { describe, expect, test } from "bun:test";
import { holm } from "./holm.ts";
import { outlierScore } from "./outlier.ts";
import { minDetectableLog, type PairedLogs, pairedEstimate } from "./paired.ts";
import { seededRandom } from "./random.ts";
import { unpairedEstimate } from "./unpaired.ts";

describe("paired log-ratios", () => {
  const medians = [0.031, 0.018, 0.044, 0.025, 0.009, 0.037, 0.022];

  test("estimate, standard error and p-value are those of a t test of the medians (SciPy 1.17.1)", () => {
    const logs = medians.map((value) => [value - 0.01, value, value + 0.02]);
    const estimate = pairedEstimate(logs, seededRandom(1));
    expect(estimate?.log).toBeCloseTo(0.026571428571428572, 9);
    expect(estimate?.standardError).toBeCloseTo(0.0044660472715022295, 9);
    expect(estimate?.pValue).toBeCloseTo(0.0010080926742786253, 8);
  });

  test("there is no estimate from one process", () => {
    expect(pairedEstimate([[0.1, 0.2]], seededRandom(1))).toBeUndefined();
    expect(pairedEstimate([], seededRandom(1))).toBeUndefined();
  });

  test("an interval of more confidence is wider, as Student's t says", () => {
    const width = (confidence: number) => {
      const [low, high] = pairedEstimate([[0.1], [0.1], [0.1]], seededRandom(1), confidence)
        ?.interval ?? [0, 0];
      return high - low;
    };
    // t of two degrees of freedom at p is (2p − 1) √(2 / (1 − (2p − 1)²)).
    expect(width(0.965) / width(0.95)).toBeCloseTo(5.2038769 / 4.3026527, 6);
  });

  test("the least detectable effect is (t(1 − α/2) + t(0.8)) standard errors", () => {
    // SciPy 1.17.1: t.ppf(0.9984375, 9), t.ppf(0.8, 9).
    expect(minDetectableLog({ standardError: 0.004, freedom: 9 }, 0.003125)).toBeCloseTo(
      0.004 * (3.9969024388460186 + 0.8834038596855346),
      8,
    );
  });

  test("the 95 % interval covers the truth in 93 to 97 % of simulated runs", () => {
    const random = seededRandom(7);
    const runs = 1000;
    let covered = 0;
    for (let run = 0; run < runs; run++) {
      const interval = pairedEstimate(simulate(random, 0.03), random)?.interval ?? [0, 0];
      if (interval[0] <= 0.03 && interval[1] >= 0.03) covered++;
    }
    expect(covered / runs).toBeGreaterThanOrEqual(0.93);
    expect(covered / runs).toBeLessThanOrEqual(0.97);
  }, 60_000);
});

/**
 * Log-ratios as they were measured: processes that differ by 0.4 %, rounds of 20 ms that differ by 8 %
 * with a lag-1 autocorrelation of 0.65, and one round in ten made useless by a stall.
 */
function simulate(random: () => number, effect: number): PairedLogs {
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return Array.from({ length: 10 }, () => {
    const ofProcess = effect + 0.004 * normal();
    let drift = normal();
    return Array.from({ length: 45 }, () => {
      drift = 0.65 * drift + Math.sqrt(1 - 0.65 ** 2) * normal();
      const stall = random() < 0.1 ? 0.6 * normal() : 0;
      return ofProcess + 0.08 * drift + stall;
    });
  });
}

test("unpaired replicates: Welch's t test of the logarithms (SciPy 1.17.1, equal_var=False)", () => {
  const base = [8.1, 8.4, 7.9, 8.8, 8.2];
  const head = [8.6, 8.9, 8.3, 9.4, 8.5, 8.8];
  const estimate = unpairedEstimate(base, head, seededRandom(1));
  expect(estimate?.log).toBeCloseTo(0.0550972142917483, 9);
  expect(estimate?.pValue).toBeCloseTo(0.05921452423283588, 8);
  expect(unpairedEstimate([8.1], head, seededRandom(1))).toBeUndefined();
});

describe("Holm's correction", () => {
  test("as R's p.adjust(c(0.01, 0.02, 0.03, 0.04), 'holm')", () => {
    expect(holm([0.01, 0.02, 0.03, 0.04])).toEqual([0.04, 0.06, 0.06, 0.06]);
  });

  test("keeps the order of the questions, and never exceeds 1", () => {
    expect(holm([0.9, 0.001, 0.5])).toEqual([1, 0.003, 1]);
    expect(holm([])).toEqual([]);
  });

  test("a test of all the weight is not corrected at all", () => {
    expect(holm([0.01, 0.01], [1, 1e-12])[0]).toBeCloseTo(0.01, 9);
  });
});

test("a value is an outlier beyond 3.5 robust deviations (Iglewicz and Hoaglin)", () => {
  const fellows = [10, 10.1, 9.9, 10.2, 9.8, 10];
  expect(outlierScore(10.3, fellows)).toBeUndefined();
  // 0.6745 × (12 − 10) / 0.1
  expect(outlierScore(12, fellows)).toBeCloseTo(13.49, 6);
  expect(outlierScore(12, [10, 10])).toBeUndefined();
  // Where most are the same: (12 − 10) / (1.2533 × 0.1 / 10)
  const quantised = [10, 10, 10, 10, 10, 10, 10, 10, 10, 10.1];
  expect(outlierScore(12, quantised)).toBeCloseTo(159.6, 1);
  expect(outlierScore(10, quantised)).toBeUndefined();
  // Over 10 × 0.001; and two steps of rounding are none.
  expect(outlierScore(12, [10, 10, 10, 10, 10])).toBeCloseTo(200, 1);
  expect(outlierScore(5.02, [5.01, 5.01, 5.01, 5.01, 5.01, 5.02])).toBeUndefined();
});

test.each([5, 6, 7, 10])(
  "%d replicates that are all alike differ by just what they differ",
  (n) => {
    const [base, head] = [100.1, 103.3].map((value) => Array.from({ length: n }, () => value));
    const estimates = [
      unpairedEstimate(base ?? [], head ?? [], seededRandom(1)),
      pairedEstimate(
        Array.from({ length: n }, () => [Math.log(103.3 / 100.1)]),
        seededRandom(1),
      ),
    ];
    for (const estimate of estimates) {
      const { log = 0, interval = [0, 0], pValue } = estimate ?? {};
      expect(log).toBeCloseTo(Math.log(103.3 / 100.1), 12);
      expect(interval[0]).toBeGreaterThan(log - 0.0005);
      expect(interval[1]).toBeLessThan(log + 0.0005);
      expect(pValue).toBeLessThan(1e-6);
    }
    expect(unpairedEstimate(base ?? [], base ?? [], seededRandom(1))?.pValue).toBe(1);
  },
);

test("two replicates that happen to be alike prove little", () => {
  const estimate = unpairedEstimate([8000, 8000], [8200, 8200], seededRandom(1));
  expect(estimate?.pValue).toBeGreaterThan(1e-5);
  const paired = pairedEstimate([[0.03], [0.03]], seededRandom(1));
  expect(paired?.pValue).toBeGreaterThan(1e-3);
});
