import { mean } from "./interval.ts";
import { median } from "./quantile.ts";

/** How far a value may be from the median of its fellows, in robust deviations (Iglewicz and Hoaglin 1993). */
const mostDeviations = 3.5;
const fewestFellows = 5;

/**
 * The modified z-score of `value` among `fellows`, where it makes the value an outlier: 0.6745 × its
 * distance from their median, over their median absolute deviation; where most of them are the same, over
 * 1.2533 × their mean absolute deviation. Undefined where it is none, or where there are fewer than five to
 * tell by.
 */
export function outlierScore(value: number, fellows: readonly number[]): number | undefined {
  if (fellows.length < fewestFellows) return undefined;
  const center = median(fellows);
  if (value === center) return undefined;
  const deviations = fellows.map((fellow) => Math.abs(fellow - center));
  const deviation = median(deviations) / 0.6745 || 1.2533 * mean(deviations);
  // Infinite where they are all the same.
  const score = (value - center) / deviation;
  return Math.abs(score) > mostDeviations ? score : undefined;
}
