import { expect, test } from "bun:test";
import { fitScalability, kneeOf, throughputAt } from "./scalability.ts";

const law = { lambda: 1000, sigma: 0.05, kappa: 0.0004 };
const points = [1, 2, 4, 8, 16, 32, 64].map((concurrency) => {
  const throughput = throughputAt(law, concurrency);
  return { concurrency, throughput, meanTime: concurrency / throughput };
});

test("the law is found again from points that follow it", () => {
  const fitted = fitScalability(points);
  expect(fitted?.lambda).toBeCloseTo(1000, 6);
  expect(fitted?.sigma).toBeCloseTo(0.05, 9);
  expect(fitted?.kappa).toBeCloseTo(0.0004, 9);
  // √((1 − 0.05) / 0.0004)
  expect(fitted?.peak).toBeCloseTo(48.734, 3);
  expect(fitted?.error).toBeLessThan(1e-9);
});

test("without coherency cost it is Amdahl's law, which never falls", () => {
  const amdahl = [1, 2, 4, 8].map((n) => {
    const throughput = (100 * n) / (1 + 0.1 * (n - 1));
    return { concurrency: n, throughput, meanTime: n / throughput };
  });
  const fitted = fitScalability(amdahl);
  expect(fitted?.sigma).toBeCloseTo(0.1, 6);
  expect(fitted?.kappa ?? 1).toBeLessThan(1e-9);
});

test("points that rise faster than any law get the best law without coherency cost", () => {
  const rising = [1, 2, 4, 8, 16].map((n) => {
    const throughput = (100 * n) / (1 + 0.1 * (n - 1) - 0.002 * n * (n - 1));
    return { concurrency: n, throughput, meanTime: n / throughput };
  });
  const missOf = (law: { lambda: number; sigma: number }) =>
    rising.reduce((sum, { concurrency: n, throughput }) => {
      const own = n / throughput;
      return sum + ((1 + law.sigma * (n - 1)) / law.lambda / own - 1) ** 2;
    }, 0);
  const fitted = fitScalability(rising);
  if (fitted === undefined) throw new Error("no law");
  expect(fitted).toMatchObject({ kappa: 0, peak: Infinity });
  const { lambda, sigma } = fitted;
  for (const factor of [0.99, 1.01]) {
    expect(missOf({ lambda: lambda * factor, sigma })).toBeGreaterThan(missOf(fitted));
    expect(missOf({ lambda, sigma: sigma * factor })).toBeGreaterThan(missOf(fitted));
  }
});

test("throughput that falls from one on has its peak at one", () => {
  const falling = [
    [1, 1000],
    [2, 600],
    [4, 400],
    [8, 250],
  ].map(([concurrency = 0, throughput = 0]) => ({ concurrency, throughput, meanTime: 1 }));
  expect(fitScalability(falling)?.peak).toBe(1);
});

test("points that rise faster than their number get no negative contention without coherency", () => {
  const rising = [1, 2, 4, 8, 16, 32].map((n) => {
    const throughput = (1000 * n) / (1 - 0.01 * (n - 1) - 0.0005 * n * (n - 1));
    return { concurrency: n, throughput, meanTime: n / throughput };
  });
  expect(fitScalability(rising)).toMatchObject({ sigma: 0, kappa: 0, peak: Infinity });
});

test("three points are too few to judge three coefficients", () => {
  expect(fitScalability(points.slice(0, 3))).toBeUndefined();
});

test("the knee of a server with one core and a fixed service time is where it is first full", () => {
  // An ideal queue: throughput grows to 8 in flight, from there on only the time grows.
  const ideal = [1, 2, 4, 8, 16, 32].map((n) => {
    const throughput = Math.min(n, 8) * 100;
    return { concurrency: n, throughput, meanTime: n / throughput };
  });
  expect(kneeOf(ideal)?.concurrency).toBe(8);
  expect(kneeOf([])).toBeUndefined();
});
