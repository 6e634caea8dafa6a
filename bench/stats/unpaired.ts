import { mean } from "./interval.ts";
import { estimateOfEqual, ofRounding, type PairedEstimate } from "./paired.ts";
import { quantileOfSorted } from "./quantile.ts";
import { studentTCdf, studentTQuantile } from "./student-t.ts";

const resamples = 10_000;

/**
 * The ratio of two sets of replicates that did not run side by side: the difference of the means of
 * their logarithms, with Welch's standard error and degrees of freedom (B. L. Welch, 1947); the
 * interval comes from resampling each side, scaled as in pairedEstimate. Undefined below two a side.
 */
export function unpairedEstimate(
  base: readonly number[],
  head: readonly number[],
  random: () => number,
): PairedEstimate | undefined {
  const sides = [base, head].map((values) => values.filter((value) => value > 0).map(Math.log));
  const [ofBase, ofHead] = sides as [number[], number[]];
  if (ofBase.length < 2 || ofHead.length < 2) return undefined;
  const log = mean(ofHead) - mean(ofBase);
  const a = varianceOfMean(ofBase);
  const b = varianceOfMean(ofHead);
  const standardError = Math.sqrt(a + b);
  const replicates = Math.min(ofBase.length, ofHead.length);
  if (standardError < ofRounding / Math.sqrt(replicates)) {
    return estimateOfEqual(log, replicates, ofBase.length + ofHead.length - 2);
  }
  const freedom = (a + b) ** 2 / (a ** 2 / (ofBase.length - 1) + b ** 2 / (ofHead.length - 1));
  const pValue = 2 * (1 - studentTCdf(Math.abs(log) / standardError, freedom));
  const differences = new Float64Array(resamples);
  for (let i = 0; i < resamples; i++) {
    differences[i] = resampledMean(ofHead, random) - resampledMean(ofBase, random);
  }
  differences.sort();
  const spread = Math.sqrt(mean([...differences].map((value) => (value - log) ** 2)));
  const scale = ((standardError / spread) * studentTQuantile(0.975, freedom)) / 1.959963984540054;
  const at = (p: number) => log + scale * (quantileOfSorted(differences, p) - log);
  return { log, interval: [at(0.025), at(0.975)], standardError, replicates, freedom, pValue };
}

function varianceOfMean(values: readonly number[]): number {
  const center = mean(values);
  const n = values.length;
  return values.reduce((sum, value) => sum + (value - center) ** 2, 0) / (n - 1) / n;
}

function resampledMean(values: readonly number[], random: () => number): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) {
    sum += values[Math.floor(random() * values.length)] as number;
  }
  return sum / values.length;
}
