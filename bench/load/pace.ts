import type { Tally } from "./tally.ts";

/** How long answers take, as far as the course of a race depends on it; nanoseconds. */
export interface Pace {
  readonly meanNs: number;
  /** Answers that take longer have but a hundredth of all service time. */
  readonly longNs: number;
}

/** Nothing is known. */
export const noPace: Pace = { meanNs: 0, longNs: 0 };

/** Of service time, and so of the connections at any instant, what longer answers may have. */
const shareOfLonger = 0.01;

export function paceOf(tallies: readonly Tally[]): Pace {
  const all = tallies.flatMap((tally) => [...tally.longestFirst()]).sort((a, b) => b.ns - a.ns);
  const count = all.reduce((sum, own) => sum + own.count, 0);
  if (count === 0) return noPace;
  const totalNs = all.reduce((sum, own) => sum + own.ns * own.count, 0);
  let longerNs = 0;
  const long = all.find((own) => {
    longerNs += own.ns * own.count;
    return longerNs > shareOfLonger * totalNs;
  });
  return { meanNs: totalNs / count, longNs: long?.ns ?? 0 };
}

/** Whoever waits for all of them waits for the slowest. */
export function slowestOf(paces: readonly Pace[]): Pace {
  return {
    meanNs: Math.max(0, ...paces.map(({ meanNs }) => meanNs)),
    longNs: Math.max(0, ...paces.map(({ longNs }) => longNs)),
  };
}
