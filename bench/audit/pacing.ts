import { percentileOf } from "../load/histogram.ts";
import type { CellSample } from "../load/sample.ts";
import { pooled, sumSlices } from "../metrics/metric.ts";
import { requestsPerSecond } from "../metrics/throughput.ts";
import { formatCount, formatNs, plural } from "../units.ts";
import type { Check } from "./check.ts";

/** Lateness below this is that of any event loop; above, it must be small beside what is measured. */
const harmlessNs = 1e6;
const harmlessShare = 0.1;

/** The lateness of the scheduler at p99, and whether that is too much; undefined in a closed loop. */
export function schedulerLateness(
  sample: CellSample,
): { readonly p99Ns: number; readonly tooLate: boolean } | undefined {
  const late = pooled(sample, (recording) => recording.lateness);
  const response = pooled(sample, ({ responseTime }) => responseTime);
  if (late === undefined || response === undefined) return undefined;
  const p99Ns = percentileOf(late, 99);
  const allowedNs = Math.max(harmlessNs, percentileOf(response, 99) * harmlessShare);
  return { p99Ns, tooLate: p99Ns > allowedNs };
}

/** Whether the scheduler itself sent requests when they were due; what it was late is in all figures. */
export const lateness: Check = (sample) => {
  const lateness = schedulerLateness(sample);
  if (lateness === undefined) return undefined;
  const { p99Ns, tooLate } = lateness;
  return {
    check: "lateness",
    ok: !tooLate,
    detail:
      `99 % of requests were sent within ${formatNs(p99Ns)} of when they could be` +
      (tooLate ? `; ${whyLate(sample)}` : ""),
  };
};

/** The scheduler never sleeps; it is late when its process is held up. */
function whyLate(sample: CellSample): string {
  const delay = pooled(sample, ({ loopDelay }) => loopDelay);
  const paused = delay ? `, its timers by ${formatNs(percentileOf(delay, 99))} at p99` : "";
  const { workers, cores } = sample;
  if (workers > cores) {
    return `${workers} workers, which spin so as to be on time, share ${plural(cores, "core")}: say -w ${cores}`;
  }
  const more = workers < cores ? " (more --workers)" : "";
  return (
    `the client's process was held up${paused}: by other load, by the hypervisor, ` +
    `or by answers that come faster than one process reads${more}`
  );
}

/** What was due against what was done: a fact, since a target that cannot keep up is a finding. */
export const achievedRate: Check = (sample) => {
  if (sample.mode === "closed") return undefined;
  const unsent = sumSlices(sample, (slice) => slice.unsent ?? 0);
  const due = sumSlices(sample, ({ requests }) => requests.issued) + unsent;
  const rate = requestsPerSecond.compute(sample) ?? 0;
  const behind =
    unsent > 0 ? `, and ${unsent} of them were never sent: every connection was busy` : "";
  return {
    check: "rate",
    ok: true,
    detail: `${formatCount(rate)} answers/s; ${due} requests were due${behind}`,
  };
};
