import type { Estimate } from "./interval.ts";

export const verdicts = ["regressed", "improved", "unchanged", "inconclusive"] as const;
export type Verdict = (typeof verdicts)[number];

/** The smallest effect that counts, as a share. */
export const defaultMinEffect = 0.02;

/**
 * What a ratio candidate / baseline says. A difference: the whole interval is on one side of 1 and
 * the ratio is off by at least `minEffect`. Unchanged: the whole interval lies within `minEffect`
 * (equivalence by two one-sided tests, Schuirmann 1987). All else is inconclusive.
 */
export function verdictOf(
  { value, interval }: Estimate,
  better: "lower" | "higher",
  minEffect: number = defaultMinEffect,
): Verdict {
  if (interval === undefined) return "inconclusive";
  const [low, high] = interval;
  const margin = Math.log1p(minEffect);
  const within = Math.abs(Math.log(low)) <= margin && Math.abs(Math.log(high)) <= margin;
  if (within) return "unchanged";
  const clear = low > 1 || high < 1;
  if (!clear || Math.abs(Math.log(value)) < margin) return "inconclusive";
  return value > 1 === (better === "lower") ? "regressed" : "improved";
}
