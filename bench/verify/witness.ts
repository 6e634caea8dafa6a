import { createHistogram, percentileOf } from "../load/histogram.ts";

const sleepMs = 5;
const sleeps = 200;

/**
 * How late this machine wakes a process that sleeps, in milliseconds at the 99th percentile: a bare
 * system call, with nothing of ours in it. Whoever waits for an answer here, in any language, waits
 * that much longer in one case of a hundred. Takes a second, in which this process does nothing else.
 */
export function wakeUpP99Ms(): number {
  const lateness = createHistogram();
  for (let i = 0; i < sleeps; i++) {
    const beganNs = Bun.nanoseconds();
    Bun.sleepSync(sleepMs);
    lateness.recordValue(Math.max(1, Bun.nanoseconds() - beganNs - sleepMs * 1e6));
  }
  return percentileOf(lateness, 99) / 1e6;
}
