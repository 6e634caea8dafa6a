import { mean, usualConfidence, varianceOfMean } from "./interval.ts";
import { roundingStep } from "./outlier.ts";
import { median, quantileOfSorted } from "./quantile.ts";
import { expansion, studentTQuantile, twoSidedP } from "./student-t.ts";

/**
 * Log-ratios of two arms, by replicate, then by round: the arms of one round ran right after each
 * other. A replicate is a fresh process of each arm.
 */
export type PairedLogs = readonly (readonly number[])[];

/** What paired log-ratios say of the ratio. All is in logarithms: 0 is no change. */
export interface PairedEstimate {
  readonly log: number;
  /** At the confidence that was asked for, 95 % by default. */
  readonly interval: readonly [number, number];
  /** Standard error of `log`, over replicates. */
  readonly standardError: number;
  readonly replicates: number;
  /** Degrees of freedom of that standard error. */
  readonly freedom: number;
  /** Two-sided, of the null hypothesis that the ratio is 1. */
  readonly pValue: number;
}

const resamples = 10_000;
/** Resampled medians of each replicate, from which the resamples of the whole are put together. */
const innerResamples = 200;

/**
 * The mean over replicates of the median over rounds. The median, since stalls of the machine make
 * one round in ten useless; the mean over processes, since that is where the variance is (Kalibera
 * and Jones, Rigorous benchmarking in reasonable time, 2013). Undefined below two replicates.
 *
 * The interval comes from resampling with replacement at both levels, replicate and round, 10,000
 * times. With few replicates such an interval is too narrow, and resampling both levels counts the
 * inner variance twice (Davison and Hinkley, Bootstrap Methods, 1997, 3.8): its deviations are
 * scaled so that their spread is the standard error over replicates times t / z (see expansion).
 */
export function pairedEstimate(
  logs: PairedLogs,
  random: () => number,
  confidence = usualConfidence,
): PairedEstimate | undefined {
  const used = logs.filter((rounds) => rounds.length > 0);
  const n = used.length;
  if (n < 2) return undefined;
  const medians = used.map(median);
  const log = mean(medians);
  const standardError = Math.sqrt(varianceOfMean(medians, log));
  if (standardError < ofRounding / Math.sqrt(n)) return estimateOfEqual(log, n, n - 1, confidence);
  const pValue = twoSidedP(log / standardError, n - 1);
  const interval = resampledInterval(used, log, standardError, random, confidence);
  return { log, interval, standardError, replicates: n, freedom: n - 1, pValue };
}

/** Standard deviation of what rounding takes or gives. */
export const ofRounding = roundingStep / Math.sqrt(12);

/**
 * Where all replicates say the same, or differ by less than rounding makes them. There is nothing to resample;
 * but they were rounded to the same, and two that agree prove less than ten do.
 */
export function estimateOfEqual(
  log: number,
  replicates: number,
  freedom: number,
  confidence = usualConfidence,
): PairedEstimate {
  const standardError = ofRounding / Math.sqrt(replicates);
  const half = standardError * studentTQuantile((1 + confidence) / 2, freedom);
  const pValue = twoSidedP(log / standardError, freedom);
  return { log, interval: [log - half, log + half], standardError, replicates, freedom, pValue };
}

function resampledInterval(
  logs: PairedLogs,
  log: number,
  standardError: number,
  random: () => number,
  confidence: number,
): [number, number] {
  const n = logs.length;
  const pools = logs.map((rounds) => resampledMedians(rounds, random));
  const means = new Float64Array(resamples);
  for (let i = 0; i < resamples; i++) {
    let sum = 0;
    for (let k = 0; k < n; k++) {
      const pool = pools[Math.floor(random() * n)] as Float64Array;
      sum += pool[Math.floor(random() * pool.length)] as number;
    }
    means[i] = sum / n;
  }
  means.sort();
  const center = means.reduce((sum, value) => sum + value, 0) / resamples;
  const spread = Math.sqrt(
    means.reduce((sum, value) => sum + (value - center) ** 2, 0) / resamples,
  );
  const tail = (1 - confidence) / 2;
  const scale = (standardError / spread) * expansion(n - 1, confidence);
  const at = (p: number) => log + scale * (quantileOfSorted(means, p) - center);
  return [at(tail), at(1 - tail)];
}

function resampledMedians(rounds: readonly number[], random: () => number): Float64Array {
  if (rounds.length === 1) return Float64Array.from(rounds);
  const medians = new Float64Array(innerResamples);
  const draw = new Float64Array(rounds.length);
  for (let i = 0; i < innerResamples; i++) {
    for (let k = 0; k < draw.length; k++) {
      draw[k] = rounds[Math.floor(random() * rounds.length)] as number;
    }
    medians[i] = quantileOfSorted(draw.sort(), 0.5);
  }
  return medians;
}

/**
 * The least effect, in logarithms, that a test at level `alpha` (two-sided) would have found four
 * times out of five (Cohen's usual power).
 */
export function minDetectableLog(
  { standardError, freedom }: Pick<PairedEstimate, "standardError" | "freedom">,
  alpha: number,
): number {
  const power = 0.8;
  return (
    (studentTQuantile(1 - alpha / 2, freedom) + studentTQuantile(power, freedom)) * standardError
  );
}
