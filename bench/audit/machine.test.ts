import { expect, test } from "bun:test";
import type { MachineSample } from "../load/machine.ts";
import type { CellSample, ReplicateSample } from "../load/sample.ts";
import { clockDrift, stolen } from "./machine.ts";

/** A cell whose replicates took a second each, on machines that did this. */
function cell(...machines: Partial<MachineSample>[]): CellSample {
  const replicates = machines.map(
    (machine) =>
      ({
        machine: { elapsedNs: 1e9, clockDriftNs: 0, coordinatorNs: 0, ...machine },
      }) as ReplicateSample,
  );
  const load = { connections: 1, pipeline: 1, mode: "closed", workers: 1, cores: 1 } as const;
  return { ...load, keptAlive: true, replicates, lost: [], hung: false };
}

test("a clock that was set forth and back again was set", () => {
  expect(clockDrift(cell({ clockDriftNs: 3.6e12 }, { clockDriftNs: -3.6e12 }))?.ok).toBe(false);
  expect(clockDrift(cell({ clockDriftNs: 1e5 }, { clockDriftNs: -1e5 }))?.ok).toBe(true);
});

test("a quota counts as what a hypervisor takes, and is not told to be nothing where it is unknown", () => {
  const held = stolen(cell({ stolenNs: 1e6, throttledNs: 2e8 }));
  expect([held?.ok, held?.detail]).toEqual([
    false,
    "the hypervisor took 0.1 % of a core, a quota 20.0 %; measure on a machine of your own, or raise the quota",
  ]);
  expect(stolen(cell({ stolenNs: 1e6 }))).toMatchObject({
    ok: true,
    detail: "the hypervisor took 0.1 % of a core, a quota unknown",
  });
});
