import type { Tally } from "./tally.ts";

/** How long answers take, as far as the course of a race depends on it; nanoseconds. */
export interface Pace {
  readonly meanNs: number;
  /** Answers that take longer than this make up a hundredth of all service time. */
  readonly longNs: number;
}

/** Nothing is known. */
export const noPace: Pace = { meanNs: 0, longNs: 0 };

/** Of service time, and so of the connections at any instant, what longer answers may have. */
const shareOfLonger = 0.01;

export function paceOf(tallies: readonly Tally[]): Pace {
  const longestFirst = tallies.flatMap((tally) => tally.counted()).sort(([a], [b]) => b - a);
  const answers = longestFirst.reduce((sum, [, count]) => sum + count, 0);
  if (answers === 0) return noPace;
  const totalNs = longestFirst.reduce((sum, [ns, count]) => sum + ns * count, 0);
  let longerNs = 0;
  const long = longestFirst.find(([ns, count]) => {
    longerNs += ns * count;
    return longerNs > shareOfLonger * totalNs;
  });
  return { meanNs: totalNs / answers, longNs: long?.[0] ?? 0 };
}

/** Whoever waits for all of them waits for the slowest. */
export function slowestOf(paces: readonly Pace[]): Pace {
  return {
    meanNs: Math.max(0, ...paces.map(({ meanNs }) => meanNs)),
    longNs: Math.max(0, ...paces.map(({ longNs }) => longNs)),
  };
}
