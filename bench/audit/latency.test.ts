import { expect, test } from "bun:test";
import { createHistogram } from "../load/histogram.ts";
import type { CellSample, Recording } from "../load/sample.ts";
import { seededRandom } from "../stats/random.ts";
import { littlesLaw } from "./latency.ts";

const connections = 64;

/** One slice of 64 connections that are kept alive, with so many answers a second. */
function sampleOf(serviceNs: readonly number[], rate: number): CellSample {
  const serviceTime = createHistogram();
  for (const ns of serviceNs) serviceTime.recordValue(Math.round(ns));
  const completed = serviceNs.length;
  const slice = {
    windowNs: (completed / rate) * 1e9,
    completed,
    cpuNs: 1,
    requests: { issued: completed, ok: completed, failed: 0, unfinished: 0 },
    ended: completed,
    wholeNs: 1,
  };
  const recording = { serviceTime, connect: createHistogram() } as unknown as Recording;
  const replicates = [{ slices: [slice], recording }];
  const load = { connections, pipeline: 1, mode: "closed", workers: 1, cores: 1 } as const;
  return { ...load, keptAlive: true, replicates, lost: [], hung: false };
}

test.each([
  ["what 64 connections do in 1 ms each", 64_000, true],
  ["more than they can", 70_000, false],
  ["less than they do if none is idle", 58_000, false],
])("%s", (_, rate, ok) => {
  const sample = sampleOf(new Array(100_000).fill(1e6), rate);
  expect(littlesLaw(sample)?.ok).toBe(ok);
});

test.each([
  ["70 requests in a window as long as each", 70, false],
  ["as many as there are connections", 64, true],
])("an open loop has no more in flight than its connections: %s", (_, count, ok) => {
  const sample = sampleOf(new Array(count).fill(1e9), count);
  expect(littlesLaw({ ...sample, mode: "open" })?.ok).toBe(ok);
  expect(littlesLaw(sample)?.ok).toBe(true);
});

test("the mean of few requests is off by chance, and that is no fault", () => {
  for (let seed = 1; seed <= 300; seed++) {
    const random = seededRandom(seed);
    const exponential = Array.from({ length: 64 }, () => -Math.log(1 - random()) * 1e6);
    expect(littlesLaw(sampleOf(exponential, 64_000))?.ok).toBe(true);
  }
});

test("one request, and as little as a few of them, tell too little to be refused", () => {
  expect(littlesLaw({ ...sampleOf([34_000], 15_000), connections: 1 })?.ok).toBe(true);
  for (let seed = 1; seed <= 300; seed++) {
    const random = seededRandom(seed);
    const exponential = Array.from({ length: 5 }, () => -Math.log(1 - random()) * 1e6);
    expect(littlesLaw({ ...sampleOf(exponential, 5000), connections: 5 })?.ok).toBe(true);
  }
});
