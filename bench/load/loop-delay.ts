import { clockNs } from "./clock.ts";

/** A client whose timers are later than this stood still: what it measured then is its own pause. */
export const standstillNs = 100e6;

/** Rare enough to cost nothing: 100 wake-ups a second of a microsecond each. */
const periodMs = 10;

/**
 * Tells how late a timer of 10 ms runs, in nanoseconds, each time that it does, and what time it is
 * then; bun's own monitorEventLoopDelay gives wrong figures in 1.4.5. Returns what stops it.
 */
export function watchLoopDelay(late: (ns: number, nowNs: number) => void): () => void {
  let dueNs = clockNs() + periodMs * 1e6;
  const timer = setInterval(() => {
    const nowNs = clockNs();
    late(nowNs - dueNs, nowNs);
    dueNs = nowNs + periodMs * 1e6;
  }, periodMs);
  return () => clearInterval(timer);
}
