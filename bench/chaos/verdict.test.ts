import { expect, test } from "bun:test";
import { createHistogram } from "../load/histogram.ts";
import type { ChaosSample } from "./run.ts";
import { findingsOf } from "./verdict.ts";

const mb = 1024 * 1024;

const held: ChaosSample = {
  strategy: "callback",
  requests: { issued: 10, ok: 7, failed: 3, unfinished: 0 },
  errors: { reset: 2, timeout: 1 },
  tally: {
    kind: "tally",
    good: 7,
    faults: { a: 3 },
    errors: { reset: 2, timeout: 1 },
    open: 0,
    mostOpen: 4,
  },
  recording: {
    serviceTime: createHistogram(),
    responseTime: createHistogram(),
    lateness: createHistogram(),
    firstByte: createHistogram(),
    connect: createHistogram(),
    loopDelay: createHistogram(),
    bodyBytes: 14,
    chunks: 7,
    errors: { reset: 2, timeout: 1 },
    uncountedErrors: {},
    stoodStillNs: 0,
    status: { "200": 7 },
    verifiedBodies: 4,
    reopened: 3,
    memory: { startBytes: 50 * mb, warmBytes: 60 * mb, endBytes: 61 * mb, peakBytes: 62 * mb },
    processCpuNs: 1,
  },
};

function pauseOf(ms: number) {
  const loopDelay = createHistogram();
  loopDelay.recordValue(ms * 1e6);
  return loopDelay;
}

test("counts that agree, no connection left and flat memory: nothing is wrong", () => {
  expect(findingsOf(held, 4)).toEqual([]);
});

test.each<[string, ChaosSample, string]>([
  [
    "a request that never ended",
    { ...held, requests: { ...held.requests, issued: 11, unfinished: 1 } },
    "11 requests were issued, 7 went well, 3 failed",
  ],
  [
    "a fault of the wrong kind",
    { ...held, errors: { reset: 3 } },
    "reset: the server gave cause for 2, the client counted 3",
  ],
  [
    "a fault that came too late, since the machine stood still",
    {
      ...held,
      errors: { reset: 1, timeout: 1 },
      recording: { ...held.recording, loopDelay: pauseOf(250) },
    },
    "reset: the server gave cause for 2, the client counted 1; the client stood still for 250 ms, and what ends after 200 ms is a timeout: run it again",
  ],
  ["a connection left", { ...held, tally: { ...held.tally, open: 1 } }, "1 connection stayed open"],
  [
    "too many connections",
    { ...held, tally: { ...held.tally, mostOpen: 9 } },
    "9 connections were open at once, where 4 were wanted",
  ],
  [
    "memory that grows",
    {
      ...held,
      recording: {
        ...held.recording,
        memory: { ...held.recording.memory, endBytes: 100 * mb },
      },
    },
    "memory grew from 62.9 MB to 105 MB",
  ],
])("%s is told", (_, sample, sentence) => {
  expect(findingsOf(sample, 4)).toContain(sentence);
});
