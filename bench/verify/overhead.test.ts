import { expect, test } from "bun:test";
import { exactWarmUp } from "../plan.ts";
import { logRatios, measureOverhead, overheadSettings } from "./overhead.ts";

const short = {
  ...overheadSettings,
  durationMs: 120,
  ...exactWarmUp(40),
  sliceMs: 30,
  replicates: 2,
};

test("a generator and a bare loop take turns, and their ratio has an interval", async () => {
  const overhead = await measureOverhead(new AbortController().signal, short);
  const { ratio, interval } = overhead ?? { ratio: Number.NaN, interval: [Number.NaN, Number.NaN] };
  expect(ratio).toBeGreaterThan(0);
  expect(interval[0]).toBeLessThanOrEqual(ratio);
  expect(interval[1]).toBeGreaterThanOrEqual(ratio);
}, 20_000);

test("an abort ends it, and gives no figure", async () => {
  const controller = new AbortController();
  const measured = measureOverhead(controller.signal, { ...short, durationMs: 60_000 });
  setTimeout(() => controller.abort(), 600);
  expect(await measured).toBeUndefined();
}, 20_000);

test("the ratio is the harness's CPU per request over the bare loop's, round by round", () => {
  const sample = (microseconds: readonly number[], completed: number) => ({
    slices: microseconds.map((own) => ({ completed, cpuNs: own * 1000 * completed })),
  });
  const logs = logRatios([sample([2, 3], 1000), sample([1, 2], 500)] as never);
  expect(logs.map(Math.exp).map((ratio) => ratio.toFixed(6))).toEqual(["2.000000", "1.500000"]);
});
