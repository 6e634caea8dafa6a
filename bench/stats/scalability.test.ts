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
