import { mean, usualConfidence, varianceOfMean } from "./interval.ts";
import { estimateOfEqual, ofRounding, type PairedEstimate } from "./paired.ts";
import { quantileOfSorted } from "./quantile.ts";
import { expansion, twoSidedP } from "./student-t.ts";

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
  const a = varianceOfMean(ofBase, mean(ofBase));
  const b = varianceOfMean(ofHead, mean(ofHead));
  const standardError = Math.sqrt(a + b);
  const replicates = Math.min(ofBase.length, ofHead.length);
  if (standardError < ofRounding / Math.sqrt(replicates)) {
    return estimateOfEqual(log, replicates, ofBase.length + ofHead.length - 2);
  }
  const freedom = (a + b) ** 2 / (a ** 2 / (ofBase.length - 1) + b ** 2 / (ofHead.length - 1));
  const pValue = twoSidedP(log / standardError, freedom);
  const differences = new Float64Array(resamples);
  for (let i = 0; i < resamples; i++) {
    differences[i] = resampledMean(ofHead, random) - resampledMean(ofBase, random);
  }
  differences.sort();
  const spread = Math.sqrt(mean([...differences].map((value) => (value - log) ** 2)));
  const scale = (standardError / spread) * expansion(freedom, usualConfidence);
  const at = (p: number) => log + scale * (quantileOfSorted(differences, p) - log);
  const tail = (1 - usualConfidence) / 2;
  return { log, interval: [at(tail), at(1 - tail)], standardError, replicates, freedom, pValue };
}

function resampledMean(values: readonly number[], random: () => number): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) {
    sum += values[Math.floor(random() * values.length)] as number;
  }
  return sum / values.length;
}
