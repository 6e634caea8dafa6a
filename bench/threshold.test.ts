import { expect, test } from "bun:test";
import { encodeHistogram, histogramOf } from "./load/histogram.ts";
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

/** 1,200 requests due at 100/s: the last ten answers took 1.5 s, six more were never sent, or failed. */
function omitting(requests: Partial<CellResult["requests"]>): CellResult {
  const answered = encodeHistogram(
    histogramOf([
      [60e6, 1184],
      [1.5e9, 10],
    ]),
  );
  const figure = { value: 72e6, unit: "ns", better: "lower" } as const;
  return {
    ...cell,
    metrics: {
      responseP99Ns: figure,
      serviceP99Ns: figure,
      responseP90Ns: figure,
      serviceMeanNs: figure,
    },
    requests: { issued: 1194, ok: 1194, failed: 0, unfinished: 0, ...requests },
    histograms: { serviceTimeNs: answered, responseTimeNs: answered },
  };
}

test.each([
  // The 99th of all that were due is the 99.5th of those that were answered.
  [
    "responseP99Ns<200ms",
    { unsent: 6 },
    "1.50 s, where 6 of 1200 requests failed or were never sent",
  ],
  ["serviceP99Ns<200ms", { issued: 1200, failed: 6 }, "1.50 s, where 6 of 1200 requests failed"],
  ["serviceP99Ns<200ms", { unsent: 6 }, undefined],
  ["responseP90Ns<200ms", { unsent: 6 }, undefined],
  ["serviceMeanNs<200ms", {}, undefined],
  [
    "serviceMeanNs<200ms",
    { issued: 1200, failed: 6 },
    "not known, since 6 of 1200 requests failed",
  ],
] as const)("%s where some have no time: %j", (text, requests, missed) => {
  const [judged] = judgeThresholds([omitting(requests)], [parseThreshold(text)]);
  const [metric] = text.split("<");
  const where = `threshold ${text} missed: callback, hello, 64 connections: ${metric} is`;
  expect(judged?.missed).toEqual(missed === undefined ? [] : [`${where} ${missed}`]);
});
