/** A timer of more than 31 bits fires at once. */
const longestTimerMs = 2 ** 31 - 1;

/**
 * `timeoutMs` as a timer takes it; Infinity is as long as a timer can wait, 24 days. Throws a RangeError
 * for what is no time to wait: it would have timed out at once.
 */
export function timerMs(timeoutMs: number): number {
  if (!(timeoutMs > 0)) throw new RangeError(`a timeout must be above 0 ms, not ${timeoutMs}`);
  return Math.min(timeoutMs, longestTimerMs);
}
