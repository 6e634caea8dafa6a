import { studentTQuantile } from "./student-t.ts";

export type Interval = readonly [low: number, high: number];

/** A figure and, where there are enough replicates to say, its interval of confidence. */
export interface Estimate {
  readonly value: number;
  readonly interval?: Interval;
}

/** Of intervals, unless somebody asks for another. */
export const usualConfidence = 0.95;

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The mean with its t interval; the values are independent replicates. No interval below two. */
export function meanEstimate(values: readonly number[]): Estimate {
  const center = mean(values);
  if (values.length < 2) return { value: center };
  const halfWidth = tHalfWidth(values, center);
  return { value: center, interval: [center - halfWidth, center + halfWidth] };
}

/** An interval of few replicates may reach below 0, where no time and no rate can be. */
export function nonNegative([low, high]: Interval, values: readonly number[]): [number, number] {
  return [values.every((value) => value >= 0) ? Math.max(0, low) : low, high];
}

/**
 * The ratio candidate / baseline from replicates that ran side by side: the mean of the paired
 * log-ratios with its t interval, taken back from the logarithm. Pairing removes what hits both
 * alike; the replicate is the unit because figures within one process depend on each other.
 */
export function ratioEstimate(
  baseline: readonly number[],
  candidate: readonly number[],
): Estimate | undefined {
  const logs = baseline.flatMap((base, index) => {
    const other = candidate[index];
    return other !== undefined && base > 0 && other > 0 ? [Math.log(other / base)] : [];
  });
  if (logs.length === 0) return undefined;
  const { value, interval } = meanEstimate(logs);
  if (interval === undefined) return { value: Math.exp(value) };
  return { value: Math.exp(value), interval: [Math.exp(interval[0]), Math.exp(interval[1])] };
}

function tHalfWidth(values: readonly number[], center: number): number {
  const standardError = Math.sqrt(varianceOfMean(values, center));
  return studentTQuantile((1 + usualConfidence) / 2, values.length - 1) * standardError;
}

/** The square of the standard error of `center`, which is the mean of `values`. */
export function varianceOfMean(values: readonly number[], center: number): number {
  const n = values.length;
  return values.reduce((sum, value) => sum + (value - center) ** 2, 0) / (n - 1) / n;
}
