import { expect, test } from "bun:test";
import { createHistogram } from "../load/histogram.ts";
import type { CellSample, SliceSample } from "../load/sample.ts";
import { pairedEstimate } from "../stats/paired.ts";
import { seededRandom } from "../stats/random.ts";
import { type GatedMetric, gatedMetrics, pairedLogs } from "./gated-metrics.ts";

const cpu = gatedMetrics.find(({ key }) => key === "cpuNsPerRequest") as GatedMetric;

/** An arm whose slices took so much CPU for a hundred requests each. */
function arm(cpuNs: readonly (readonly number[])[]): CellSample {
  const none = createHistogram();
  const slice = (ns: number): SliceSample => ({
    windowNs: 2e7,
    completed: 100,
    cpuNs: ns * 100,
    requests: { issued: 100, ok: 100, failed: 0, unfinished: 0 },
    ended: 100,
    wholeNs: 2e7,
  });
  return {
    connections: 1,
    pipeline: 1,
    mode: "closed",
    workers: 1,
    cores: 1,
    keptAlive: true,
    lost: [],
    hung: false,
    replicates: cpuNs.map((own) => ({
      slices: own.map(slice),
      recording: {
        serviceTime: none,
        responseTime: none,
        lateness: none,
        firstByte: none,
        connect: none,
        loopDelay: none,
        bodyBytes: 0,
        chunks: 0,
        errors: {},
        status: {},
        verifiedBodies: 1,
        reopened: 0,
        uncountedErrors: {},
        stoodStillNs: 0,
        memory: { startBytes: 0, warmBytes: 0, endBytes: 0, peakBytes: 0 },
        processCpuNs: 0,
      },
    })),
  };
}

test("every round gives a ratio to each reference", () => {
  const logs = pairedLogs(cpu, arm([[110, 220]]), [arm([[100, 200]]), arm([[55, 220]])]);
  expect(logs).toHaveLength(1);
  const [rounds = []] = logs;
  expect(rounds.map((log) => Math.exp(log).toFixed(3))).toEqual([
    "1.100",
    "2.000",
    "1.100",
    "1.000",
  ]);
});

test("three arms of the same code, with stalls that only ever add: no change is found", () => {
  const random = seededRandom(3);
  // A quarter of all slices takes half as long again, or more.
  const figure = () => 10_000 * (random() < 0.25 ? 1.5 + random() : 1 + random() / 10);
  const sample = () => arm(Array.from({ length: 40 }, () => Array.from({ length: 45 }, figure)));
  const estimate = pairedEstimate(pairedLogs(cpu, sample(), [sample(), sample()]), random);
  // The ratio to the mean of both references would come out near −4 %.
  expect(Math.abs(estimate?.log ?? 1)).toBeLessThan(0.006);
});
