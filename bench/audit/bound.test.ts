import { expect, test } from "bun:test";
import type { CellSample, ReplicateSample } from "../load/sample.ts";
import { bound, boundBy } from "./bound.ts";

/** A second in which all workers together used so much CPU. */
function cell(cpuMs: number, workers: number, cores: number): CellSample {
  const slice = { windowNs: 1e9, wholeNs: 1e9, cpuNs: cpuMs * 1e6, serverCpuNs: 4e8 };
  const replicates = [{ slices: [slice] } as unknown as ReplicateSample];
  const load = { connections: 64, pipeline: 1, mode: "closed", workers, keptAlive: true } as const;
  return { ...load, cores, replicates, lost: [], hung: false };
}

test("workers that share one core are at its limit together", () => {
  expect(boundBy(cell(980, 2, 1))).toBe("client");
  expect(boundBy(cell(980, 2, 2))).toBe("neither");
  expect(boundBy(cell(1900, 2, 2))).toBe("client");
});

test("more workers are advised only where they would have a core", () => {
  expect(bound(cell(990, 1, 1))?.detail).not.toContain("workers");
  expect(bound(cell(990, 1, 3))?.detail).toEndWith(
    "; one worker is at its limit, more --workers would send more",
  );
  expect(bound(cell(2900, 3, 3))?.detail).not.toContain("more would");
});
