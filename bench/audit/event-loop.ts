import { percentileOf } from "../load/histogram.ts";
import { standstillNs } from "../load/loop-delay.ts";
import { pooled, sumRecordings, sumSlices } from "../metrics/metric.ts";
import { formatNs } from "../units.ts";
import type { Check } from "./check.ts";

/** One standstill in so many may be long: of a second in four it is one of hundreds. */
const toleratedShare = 0.01;

/**
 * How late the client's own timer ran with no answer meanwhile: its event loop stood still for so long.
 * With thousands of connections a timer waits while they are served, which is load and no standstill.
 */
export const eventLoop: Check = (sample) => {
  const delay = pooled(sample, ({ loopDelay }) => loopDelay);
  if (delay === undefined) return undefined;
  const p99 = percentileOf(delay, 99);
  const stoodStillNs = sumRecordings(sample, (recording) => recording.stoodStillNs);
  const wholeNs = sumSlices(sample, (slice) => slice.wholeNs) * sample.workers;
  const share = stoodStillNs / wholeNs;
  const ok = p99 <= standstillNs && share <= toleratedShare;
  const inAll =
    share > toleratedShare ? `, ${formatNs(stoodStillNs)} in all of ${formatNs(wholeNs)}` : "";
  return {
    check: "event-loop",
    ok,
    detail:
      `the client's event loop stood still for ${formatNs(percentileOf(delay, 50))} (median), ` +
      `${formatNs(p99)} (p99)${inAll}${ok ? "" : "; is the machine overloaded?"}`,
  };
};
