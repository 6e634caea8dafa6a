import type { Histogram } from "hdr-histogram-js";
import type { Counted } from "./tally.ts";

export type { Histogram };

/** Loaded when it is first used: `--help`, which knows all metrics, would else take a fifth longer. */
const library = (): typeof import("hdr-histogram-js") => require("hdr-histogram-js");

/** One hour: longer than any timeout, so that a recorded value never falls outside. */
export const highestTrackableNs = 3_600_000_000_000;

/** A histogram of nanoseconds with three significant digits. */
export function createHistogram(): Histogram {
  return library().build({
    bitBucketSize: 32,
    lowestDiscernibleValue: 1,
    highestTrackableValue: highestTrackableNs,
    numberOfSignificantValueDigits: 3,
  });
}

/** Lossless text in HdrHistogram's compressed V2 format, which its other implementations read too. */
export function encodeHistogram(histogram: Histogram): string {
  return library().encodeIntoCompressedBase64(histogram);
}

export function decodeHistogram(base64: string): Histogram {
  return library().decodeFromCompressedBase64(base64, 32);
}

/** A histogram of what was counted. */
export function histogramOf(counted: readonly Counted[]): Histogram {
  const histogram = createHistogram();
  for (const [ns, count] of counted) histogram.recordValueWithCount(ns, count);
  return histogram;
}

/** All of `parts` as one; merging loses nothing. */
export function mergeHistograms(parts: readonly Histogram[]): Histogram {
  const merged = createHistogram();
  for (const part of parts) merged.add(part);
  return merged;
}

/**
 * The value that `percent` of all values do not exceed, to three digits. The library answers with the
 * upper end of a bucket, which may lie above the largest value that was ever recorded.
 */
export function percentileOf(histogram: Histogram, percent: number): number {
  return Math.min(histogram.getValueAtPercentile(percent), histogram.maxValue);
}
