import { percentileOf } from "../load/histogram.ts";
import { pooled, sumSlices } from "../metrics/metric.ts";
import { formatCount, formatNs } from "../units.ts";
import { cpuShares } from "./bound.ts";
import type { Check } from "./check.ts";

/** Lateness below this is that of any event loop; above, it must be small beside what is measured. */
const harmlessNs = 1e6;
const harmlessShare = 0.1;

/** Whether the scheduler itself sent requests when they were due; what it was late is in all figures. */
export const lateness: Check = (sample) => {
  const late = pooled(sample, (recording) => recording.lateness);
  const response = pooled(sample, ({ responseTime }) => responseTime);
  if (late === undefined || response === undefined) return undefined;
  const p99 = percentileOf(late, 99);
  const allowed = Math.max(harmlessNs, percentileOf(response, 99) * harmlessShare);
  const busy = Math.round(cpuShares(sample).client * 100);
  const why =
    p99 <= allowed ? "" : `; the client was busy ${busy} % of the time, use more --workers`;
  return {
    check: "lateness",
    ok: p99 <= allowed,
    detail: `99 % of requests were sent within ${formatNs(p99)} of when they could be${why}`,
  };
};

/** What was due against what was done: a fact, since a target that cannot keep up is a finding. */
export const achievedRate: Check = (sample) => {
  if (sample.mode === "closed") return undefined;
  const unsent = sumSlices(sample, (slice) => slice.unsent ?? 0);
  const due = sumSlices(sample, ({ requests }) => requests.issued) + unsent;
  const windowNs = sumSlices(sample, (slice) => slice.windowNs);
  const dueRate = (due / windowNs) * 1e9;
  const rate = (sumSlices(sample, ({ completed }) => completed) / windowNs) * 1e9;
  const behind =
    unsent > 0 ? `; ${unsent} requests were due and never sent: every connection was busy` : "";
  return {
    check: "rate",
    ok: true,
    detail: `${formatCount(rate)} answers/s of ${formatCount(dueRate)}/s due${behind}`,
  };
};
