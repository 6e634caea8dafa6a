import { type Estimate, usualConfidence } from "./interval.ts";
import { median } from "./quantile.ts";

/**
 * The median with an interval that holds whatever the distribution: between the order statistics k
 * and n + 1 - k, for the largest k whose coverage, 1 - 2 P(Binomial(n, 1/2) < k), is at least 95 %
 * (David and Nagaraja, Order Statistics, 2003, 7.1). Below six values there is no such k, and no
 * interval.
 */
export function medianEstimate(values: readonly number[]): Estimate {
  const sorted = values.toSorted((a, b) => a - b);
  const value = median(sorted);
  const k = largestRank(sorted.length);
  if (k === 0) return { value };
  return { value, interval: [sorted[k - 1] as number, sorted[sorted.length - k] as number] };
}

function largestRank(n: number): number {
  let k = 0;
  let below = 0;
  // As a logarithm: of a thousand values 0.5 ** n is no number any more.
  let logProbability = n * Math.log(0.5);
  for (;;) {
    below += Math.exp(logProbability);
    if (1 - 2 * below < usualConfidence) return k;
    k++;
    logProbability += Math.log((n - k + 1) / k);
  }
}
