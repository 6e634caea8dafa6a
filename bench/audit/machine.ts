import type { MachineSample } from "../load/machine.ts";
import type { CellSample } from "../load/sample.ts";
import { formatNs } from "../units.ts";
import type { Check } from "./check.ts";

/** Adds up a figure of every replicate; undefined where one of them does not have it. */
function total(
  sample: CellSample,
  figure: (machine: MachineSample) => number | undefined,
): number | undefined {
  let sum = 0;
  for (const { machine } of sample.replicates) {
    const value = machine && figure(machine);
    if (value === undefined) return undefined;
    sum += value;
  }
  return sum;
}

const percent = (share: number) => `${(share * 100).toFixed(1)} %`;

/** CPU time that we were owed and did not get: a share of the time of one core. */
const mostTaken = 0.05;

export const stolen: Check = (sample) => {
  const elapsedNs = total(sample, (machine) => machine.elapsedNs);
  const stolenNs = total(sample, (machine) => machine.stolenNs);
  if (elapsedNs === undefined || stolenNs === undefined) return undefined;
  const throttledNs = total(sample, (machine) => machine.throttledNs);
  const ok = stolenNs + (throttledNs ?? 0) <= elapsedNs * mostTaken;
  const quota =
    throttledNs === undefined ? "a quota unknown" : `a quota ${percent(throttledNs / elapsedNs)}`;
  const advice = ok ? "" : "; measure on a machine of your own, or raise the quota";
  return {
    check: "stolen",
    ok,
    detail: `the hypervisor took ${percent(stolenNs / elapsedNs)} of a core, ${quota}${advice}`,
  };
};

/** Other processes may take so much of one core before the figures are theirs as well. */
const mostOtherLoad = 0.5;

export const otherLoad: Check = (sample) => {
  const elapsedNs = total(sample, (machine) => machine.elapsedNs);
  const busyNs = total(sample, (machine) => machine.busyNs);
  const ours = total(sample, (machine) => machine.coordinatorNs);
  if (elapsedNs === undefined || busyNs === undefined || ours === undefined) return undefined;
  let racingNs = 0;
  for (const { racingCpuNs } of sample.replicates) {
    if (racingCpuNs === undefined) return undefined;
    racingNs += racingCpuNs;
  }
  const share = Math.max(0, (busyNs - ours - racingNs) / elapsedNs);
  const ok = share <= mostOtherLoad;
  return {
    check: "other-load",
    ok,
    // A host that throttles its guest without counting it as stolen looks the same from within.
    detail: ok
      ? `other processes used ${percent(share)} of a core`
      : `${percent(share)} of a core went to other processes, or to a hypervisor that does not say so; stop them, or measure elsewhere (load races all the same with --trust-machine)`,
  };
};

/** The slewing of a clock by NTP is at most 0.05 %; more means that it was set. */
const mostDrift = 0.001;
const clockStepNs = 2e6;

export const clockDrift: Check = (sample) => {
  const elapsedNs = total(sample, (machine) => machine.elapsedNs);
  // A clock that was set forth and back was set twice: drifts must not cancel.
  const driftNs = total(sample, (machine) => Math.abs(machine.clockDriftNs));
  if (elapsedNs === undefined || driftNs === undefined) return undefined;
  const allowedNs = elapsedNs * mostDrift + clockStepNs * sample.replicates.length;
  const ok = driftNs <= allowedNs;
  return {
    check: "clock",
    ok,
    detail: `the system's clock and the monotonic one differ by ${formatNs(driftNs)}${
      ok ? "" : "; was the clock set, or the machine suspended?"
    }`,
  };
};
