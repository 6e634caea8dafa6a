import { percentileOf } from "../load/histogram.ts";
import { pooled } from "../metrics/metric.ts";
import { formatNs } from "../units.ts";
import type { Check } from "./check.ts";

/** A client whose timers are later than this stood still: what it measured then is its own pause. */
const standstillNs = 100e6;
/**
 * With thousands of connections one turn of a busy loop serves them all, and a timer waits its turn as
 * every answer does: being late by a few service times is load, and the service times say so.
 */
const turnsOfLoad = 5;

/** How late the client's own timer ran: its event loop was busy with something else for so long. */
export const eventLoop: Check = (sample) => {
  const delay = pooled(sample, ({ loopDelay }) => loopDelay);
  if (delay === undefined) return undefined;
  const p99 = percentileOf(delay, 99);
  const service = pooled(sample, ({ serviceTime }) => serviceTime);
  const turnNs = service === undefined ? 0 : percentileOf(service, 50);
  const ok = p99 <= Math.max(standstillNs, turnsOfLoad * turnNs);
  return {
    check: "event-loop",
    ok,
    detail:
      `the client's timers ran ${formatNs(percentileOf(delay, 50))} late (median), ` +
      `${formatNs(p99)} (p99)${ok ? "" : "; it stood still: is the machine overloaded?"}`,
  };
};
