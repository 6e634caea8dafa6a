import { type Histogram, mergeHistograms, percentileOf } from "../load/histogram.ts";
import type { CellSample, Recording, SliceSample } from "../load/sample.ts";
import type { Unit } from "../units.ts";

/** What is known of a metric without a sample. */
export interface MetricFacts {
  /** Name in results; it carries the unit. */
  readonly key: string;
  readonly unit: Unit;
  readonly better: "lower" | "higher";
  /** One line for `list`. */
  readonly summary: string;
}

/** One figure of a cell. */
export interface Metric extends MetricFacts {
  /** A closed loop has none. */
  readonly openLoopOnly?: true;
  /**
   * It is that of the one replicate that went furthest: an interval of the mean of replicates is one of something
   * else, which with eight of them mostly lies beside it.
   */
  readonly extreme?: true;
  /** The figure, over all replicates of `sample`; undefined where it was not measured. */
  readonly compute: (sample: CellSample) => number | undefined;
}

/** What can be under way at once. */
export function mostInFlight({
  connections,
  pipeline,
}: Pick<CellSample, "connections" | "pipeline">): number {
  return connections * pipeline;
}

/** Adds up a figure of every slice. */
export function sumSlices(sample: CellSample, figure: (slice: SliceSample) => number): number {
  let sum = 0;
  for (const { slices } of sample.replicates) for (const slice of slices) sum += figure(slice);
  return sum;
}

/** Adds up a figure of every recording. */
export function sumRecordings(
  sample: CellSample,
  figure: (recording: Recording) => number,
): number {
  return sample.replicates.reduce((sum, { recording }) => sum + figure(recording), 0);
}

/** The quotient, or undefined where there is nothing to divide by. */
export function per(amount: number, count: number): number | undefined {
  return count > 0 ? amount / count : undefined;
}

/** The histograms of all replicates as one; undefined when nothing was recorded. */
export function pooled(
  sample: CellSample,
  pick: (recording: Recording) => Histogram,
): Histogram | undefined {
  const parts = sample.replicates.map(({ recording }) => pick(recording));
  const [only] = parts;
  const merged = parts.length === 1 && only !== undefined ? only : mergeHistograms(parts);
  return merged.totalCount > 0 ? merged : undefined;
}

/** A percentile as a metric. */
export function percentile(
  key: string,
  summary: string,
  percent: number,
  pick: (recording: Recording) => Histogram,
): Metric {
  return {
    key,
    unit: "ns",
    better: "lower",
    summary,
    compute(sample) {
      const histogram = pooled(sample, pick);
      return histogram && percentileOf(histogram, percent);
    },
  };
}
