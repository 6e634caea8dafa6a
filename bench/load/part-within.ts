/**
 * What part of a request, from its sending to its end, lies in a window: 1 where all of it does, 0 where none.
 * As the sum of these parts each request counts once over all windows that could be, so that rates are true
 * wherever one begins and ends.
 */
export function partWithin(sentNs: number, endedNs: number, fromNs: number, toNs: number): number {
  const withinNs = timeWithin(sentNs, endedNs, fromNs, toNs);
  return withinNs > 0 ? withinNs / (endedNs - sentNs) : 0;
}

/** How much of the time from `sentNs` to `endedNs` lies in a window, in nanoseconds. */
export function timeWithin(sentNs: number, endedNs: number, fromNs: number, toNs: number): number {
  return Math.max(0, Math.min(endedNs, toNs) - Math.max(sentNs, fromNs));
}
