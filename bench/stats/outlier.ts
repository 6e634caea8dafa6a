import { mean } from "./interval.ts";
import { median } from "./quantile.ts";

/** Percentiles have three digits: values that differ by a step of the last, as a share, are the same. */
export const roundingStep = 0.001;

/** How far a value may be from the median of its fellows, in robust deviations (Iglewicz and Hoaglin 1993). */
const mostDeviations = 3.5;
const fewestFellows = 5;

/**
 * The modified z-score of `value` among `fellows`, where it makes the value an outlier: 0.6745 × its
 * distance from their median, over their median absolute deviation; where most of them are the same, over
 * 1.2533 × their mean absolute deviation, or over a step of rounding. Undefined where it is none, or where
 * there are fewer than five to tell by.
 */
export function outlierScore(value: number, fellows: readonly number[]): number | undefined {
  if (fellows.length < fewestFellows) return undefined;
  const center = median(fellows);
  const deviations = fellows.map((fellow) => Math.abs(fellow - center));
  const spread = median(deviations) / 0.6745 || 1.2533 * mean(deviations);
  const deviation = Math.max(spread, roundingStep * Math.abs(center));
  const score = (value - center) / deviation;
  return Math.abs(score) > mostDeviations ? score : undefined;
}
