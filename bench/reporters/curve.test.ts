import { describe, expect, test } from "bun:test";
import type { CellResult } from "../result.ts";
import { sampleResult } from "../sample-result.testing.ts";
import { renderCurves } from "./curve.ts";

/** Cells of one strategy: requests a second and mean service time in milliseconds, by connections. */
function curveOf(points: readonly (readonly [connections: number, rate: number, ms: number])[]) {
  const [cell] = sampleResult.cells as [CellResult];
  return points.map(([connections, rate, ms]): CellResult => {
    const { requestsPerSecond, serviceP99Ns, ...others } = cell.metrics;
    if (requestsPerSecond === undefined || serviceP99Ns === undefined) throw new Error("no sample");
    return {
      ...cell,
      connections,
      metrics: {
        ...others,
        requestsPerSecond: { ...requestsPerSecond, value: rate },
        serviceMeanNs: { ...serviceP99Ns, value: ms * 1e6 },
        serviceP99Ns,
      },
    };
  });
}

// Power is throughput over time: of a server that takes 10 ms an answer and has two at once.
const whole = [
  [1, 100, 10],
  [2, 200, 10],
  [4, 200, 20],
] as const;

describe("the knee of a curve", () => {
  test("is where power is greatest, in whatever order connections were named", () => {
    expect(renderCurves(curveOf(whole)).join("")).toContain("callback: knee at 2;");
    expect(renderCurves(curveOf(whole.toReversed())).join("")).toContain("callback: knee at 2;");
  });

  test("stands beside a law that is not said to have been seen where it was not", () => {
    // Measured of a server on this machine: throughput rises to the last point, the law falls before it.
    const rising = [
      [1, 11_400, 0.088],
      [2, 20_100, 0.1],
      [4, 23_600, 0.17],
      [8, 25_800, 0.31],
    ] as const;
    expect(renderCurves(curveOf(rising)).join("")).toMatch(
      /throughput falls beyond \d+, (which was not seen|where nothing was measured)/,
    );
  });

  test("stands beside a law that falls no less than noise does not", () => {
    const flat = [
      [2, 40.01, 50],
      [4, 40.02, 100],
      [8, 40.02, 200],
      [16, 40, 400],
    ] as const;
    expect(renderCurves(curveOf(flat)).join("")).not.toMatch(/falls beyond \d+ \(/);
  });

  test("is that of requests in flight where they are pipelined", () => {
    const pipelined = curveOf(whole).map((cell) => ({ ...cell, pipeline: 16 }));
    expect(renderCurves(pipelined).join("")).toContain("callback: knee at 32 requests in flight;");
  });

  test("is not known where it is the first point or the last", () => {
    const rising = [
      [1, 100, 10],
      [2, 200, 10],
      [4, 400, 10],
    ] as const;
    expect(renderCurves(curveOf(rising)).join("")).toContain("callback: knee at 4 or beyond;");
    expect(renderCurves(curveOf(rising.toReversed())).join("")).toContain(
      "callback: knee at 4 or beyond;",
    );
    const falling = [
      [2, 200, 10],
      [4, 200, 20],
      [8, 200, 40],
    ] as const;
    expect(renderCurves(curveOf(falling)).join("")).toContain("callback: knee at 2 or below;");
  });
});

test("a law is left out for want of points only where there are too few", () => {
  const points = [
    [4, 10_000, 1],
    [8, 5000, 2],
    [16, 4000, 4],
    [32, 3640, 9],
  ] as const;
  expect(renderCurves(curveOf(points)).join("")).toContain("no universal scalability law fits\n");
  expect(renderCurves(curveOf(points.slice(1))).join("")).toContain("too few points");
});
