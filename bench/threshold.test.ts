import { expect, test } from "bun:test";
import type { CellResult } from "./result.ts";
import { sampleResult } from "./sample-result.testing.ts";
import { judgeThresholds, parseThreshold } from "./threshold.ts";

const [cell] = sampleResult.cells as [CellResult];

/** A cell whose slowest answers took 5 ms, and of whose 10,000 requests some failed. */
function failing(failed: number): CellResult {
  const times = ["serviceP99Ns", "serviceP99_9Ns"].map((key) => [
    key,
    { value: 5e6, unit: "ns", better: "lower" } as const,
  ]);
  return {
    ...cell,
    metrics: Object.fromEntries(times),
    requests: { issued: 10_000, ok: 10_000 - failed, failed, unfinished: 0 },
  };
}

test.each([
  ["serviceP99Ns<9ms", 0, []],
  ["serviceP99Ns<9ms", 100, []],
  ["serviceP99Ns<9ms", 101, ["serviceP99Ns is not known, since 101 of 10000 requests failed"]],
  ["serviceP99_9Ns<9ms", 9, []],
  ["serviceP99_9Ns<9ms", 11, ["serviceP99_9Ns is not known, since 11 of 10000 requests failed"]],
  ["serviceP99Ns<1ms", 0, ["serviceP99Ns is 5.00 ms"]],
  // Slower than that they were, whatever failed.
  ["serviceP99Ns>1ms", 5000, []],
])("%s where %d failed", (text, failed, missed) => {
  const [judged] = judgeThresholds([failing(failed)], [parseThreshold(text)]);
  expect(judged?.missed).toEqual(
    missed.map((why) => `threshold ${text} missed: callback, hello, 64 connections: ${why}`),
  );
});
