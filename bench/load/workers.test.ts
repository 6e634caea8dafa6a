import { expect, test } from "bun:test";
import type { SliceSample } from "./sample.ts";
import { mergeSlices } from "./workers.ts";

function slice(windowMs: number, completed: number, cpuMs: number): SliceSample {
  const requests = { issued: completed, ok: completed, failed: 0, unfinished: 0 };
  const windowNs = windowMs * 1e6;
  return {
    ...{ windowNs, completed, cpuNs: cpuMs * 1e6, lostNs: windowNs / 10, requests },
    ...{ ended: completed, wholeNs: 2 * windowNs },
  };
}

test("rates and shares of workers add up, however long each has measured", () => {
  // 100 and 25 a second, with a half and a tenth of a core.
  const merged = mergeSlices([slice(1000, 100, 500), slice(3000, 75, 300)]);
  expect((merged.completed / merged.windowNs) * 1e9).toBeCloseTo(125, 9);
  expect(merged.cpuNs / merged.windowNs).toBeCloseTo(0.6, 9);
  // A tenth of each one's time.
  expect((merged.lostNs ?? 0) / merged.windowNs).toBeCloseTo(0.2, 9);
  expect(merged.requests.ok).toBe(175);
  expect(merged.wholeNs).toBe(6e9);
});

test("where a worker was stopped before it measured, of all there is no rate, and nothing is lost", () => {
  const merged = mergeSlices([slice(1000, 100, 500), slice(0, 0, 0)]);
  expect(merged).toMatchObject({ windowNs: 0, completed: 0, cpuNs: 0, lostNs: 0 });
  expect(merged.requests.ok).toBe(100);
});

test("one worker that gives up is enough", () => {
  expect(mergeSlices([slice(1000, 100, 500), { ...slice(1000, 0, 1), gaveUp: true }]).gaveUp).toBe(
    true,
  );
  expect(mergeSlices([slice(1000, 100, 500), slice(1000, 75, 300)]).gaveUp).toBeUndefined();
});
