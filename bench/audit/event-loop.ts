import { percentileOf } from "../load/histogram.ts";
import { pooled } from "../metrics/metric.ts";
import { formatNs } from "../units.ts";
import type { Check } from "./check.ts";

/** A client whose timers are later than this stood still: what it measured then is its own pause. */
const standstillNs = 100e6;

/**
 * How late the client's own timer ran with no answer meanwhile: its event loop stood still for so long.
 * With thousands of connections a timer waits while they are served, which is load and no standstill.
 */
export const eventLoop: Check = (sample) => {
  const delay = pooled(sample, ({ loopDelay }) => loopDelay);
  if (delay === undefined) return undefined;
  const p99 = percentileOf(delay, 99);
  const ok = p99 <= standstillNs;
  return {
    check: "event-loop",
    ok,
    detail:
      `the client's event loop stood still for ${formatNs(percentileOf(delay, 50))} (median), ` +
      `${formatNs(p99)} (p99)${ok ? "" : "; is the machine overloaded?"}`,
  };
};
