import type { CellResult, Result } from "./result.ts";

/** A small result with plain figures, for the tests of what is made of results. */
function cell(strategy: string, factor: number, valid = true): CellResult {
  return {
    strategy,
    fixture: "hello",
    connections: 64,
    mode: "closed",
    workers: 1,
    keptAlive: true,
    requests: { issued: 1000, ok: valid ? 1000 : 990, failed: valid ? 0 : 10, unfinished: 0 },
    errors: valid ? {} : { reset: 10 },
    status: { "200": valid ? 1000 : 990 },
    metrics: {
      requestsPerSecond: { value: 114_283 / factor, unit: "1/s", better: "higher" },
      cpuNsPerRequest: { value: 8712 * factor, unit: "ns", better: "lower" },
      serviceP50Ns: { value: 545_000 * factor, unit: "ns", better: "lower" },
      serviceP99Ns: { value: 1_280_000 * factor, unit: "ns", better: "lower" },
      peakRssBytes: { value: 72_100_000 * factor, unit: "B", better: "lower" },
    },
    replicates: [],
    histograms: { serviceTimeNs: "" },
    boundBy: factor === 1 ? "client" : "both",
    audit: [
      {
        check: "failures",
        ok: valid,
        detail: valid ? "0 of 1000 requests failed" : "10 of 1000 requests failed (reset)",
      },
    ],
    valid,
  };
}

export const sampleResult: Result = {
  schemaVersion: 1,
  tool: { name: "readrace", version: "0.1.0" },
  kind: "load",
  startedAt: "2026-11-23T12:00:00.000Z",
  finishedAt: "2026-11-23T12:01:00.000Z",
  command: "bun run bench",
  seed: 1,
  interrupted: false,
  environment: {
    runtime: "bun",
    runtimeVersion: "1.4.5",
    os: "linux",
    kernel: "6.18.0",
    arch: "x64",
    cpu: "A Processor",
    cores: 2,
    memoryBytes: 25_300_000_000,
    boundToCores: true,
    server: "memory",
    git: { revision: "0123456789abcdef0123456789abcdef01234567", dirty: false },
  },
  cells: [cell("callback", 1), cell("future", 1.1), cell("chunk-loop", 1.2, false)],
  comparisons: [
    compared("future", "requestsPerSecond", 0.909, [0.89, 0.93], "regressed"),
    compared("future", "cpuNsPerRequest", 1.1, [1.08, 1.12], "regressed"),
    compared("chunk-loop", "requestsPerSecond", 0.833, [0.6, 1.1], "inconclusive"),
    compared("chunk-loop", "cpuNsPerRequest", 1.2, [0.9, 1.5], "inconclusive"),
  ],
};

function compared(
  strategy: string,
  metric: string,
  ratio: number,
  interval: [number, number],
  verdict: "regressed" | "inconclusive",
) {
  const cellKey = { fixture: "hello", connections: 64 };
  return { strategy, baseline: "callback", ...cellKey, metric, ratio, interval, verdict };
}
