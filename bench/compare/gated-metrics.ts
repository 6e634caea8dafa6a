import type { CellSample, ReplicateSample, SliceSample } from "../load/sample.ts";
import { type comparedMetricKeys, metrics } from "../metrics/registry.ts";
import type { PairedLogs } from "../stats/paired.ts";

/** A metric that can block a merge, and how it is had from what two arms did side by side. */
export interface GatedMetric {
  readonly key: (typeof comparedMetricKeys)[number];
  readonly better: "lower" | "higher";
  /** How much more than --min-effect must have changed: tails scatter more than the rest. */
  readonly marginFactor: number;
  /** Whether a match goes on until it is precise; a tail never is. */
  readonly decidesWhenToStop: boolean;
  /**
   * Its share of the chance of a false alarm. CPU per request has most of it: it scatters least, so
   * that it is the one by which small changes are found.
   */
  readonly weight: number;
  /** From one slice; undefined where the metric is one of whole replicates. */
  readonly ofSlice?: (slice: SliceSample) => number;
}

export const gatedMetrics: readonly GatedMetric[] = [
  {
    key: "cpuNsPerRequest",
    better: "lower",
    marginFactor: 1,
    decidesWhenToStop: true,
    weight: 8,
    ofSlice: ({ cpuNs, completed }) => cpuNs / completed,
  },
  {
    key: "requestsPerSecond",
    better: "higher",
    marginFactor: 1,
    decidesWhenToStop: true,
    weight: 1,
    ofSlice: ({ completed, windowNs }) => (completed * 1e9) / windowNs,
  },
  { key: "serviceP50Ns", better: "lower", marginFactor: 1, decidesWhenToStop: true, weight: 2 },
  { key: "serviceP99Ns", better: "lower", marginFactor: 5, decidesWhenToStop: false, weight: 1 },
];

/**
 * Log-ratios of `arm` over each of `references`, round by round or replicate by replicate. Never over
 * their mean: what stalls do to a figure goes one way, and the mean of two such figures has another
 * median than each of them, so that no change at all would look like one of −0.5 %.
 */
export function pairedLogs(
  metric: GatedMetric,
  arm: CellSample,
  references: readonly CellSample[],
): PairedLogs {
  return arm.replicates.map((own, index) => {
    const others = references.flatMap(({ replicates }) => replicates[index] ?? []);
    const { ofSlice } = metric;
    if (others.length < references.length) return [];
    if (ofSlice === undefined)
      return ofReplicate(figure(metric.key, arm, own), others, metric, arm);
    return own.slices.flatMap((slice, round) => {
      const theirs = others.flatMap(({ slices }) => slices[round] ?? []);
      if (theirs.length < others.length) return [];
      return logRatios(ofSlice(slice), theirs.map(ofSlice));
    });
  });
}

function ofReplicate(
  own: number | undefined,
  others: readonly ReplicateSample[],
  { key }: GatedMetric,
  arm: CellSample,
): number[] {
  const theirs = others.map((other) => figure(key, arm, other) ?? Number.NaN);
  return logRatios(own ?? Number.NaN, theirs);
}

function logRatios(own: number, theirs: readonly number[]): number[] {
  return theirs.map((value) => Math.log(own / value)).filter(Number.isFinite);
}

/** A metric of one replicate by itself. */
function figure(key: string, sample: CellSample, replicate: ReplicateSample): number | undefined {
  const metric = metrics.find((candidate) => candidate.key === key);
  return metric?.compute({ ...sample, replicates: [replicate] });
}
