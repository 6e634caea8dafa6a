import { type Histogram, percentileOf } from "../load/histogram.ts";
import type { CellSample } from "../load/sample.ts";
import { mostInFlight, pooled, sumSlices } from "../metrics/metric.ts";
import { requestsPerSecond } from "../metrics/throughput.ts";
import { studentTQuantile } from "../stats/student-t.ts";
import type { Check } from "./check.ts";

/** A mean may be further off than chance has it in one case of so many. */
const casesOfChance = 15_000;

/** So many standard errors, of which few requests tell less than many: 4 of very many, 12 of six. One tells nothing. */
function mostStandardErrors(count: number): number {
  return studentTQuantile(1 - 0.5 / casesOfChance, count - 1);
}

/**
 * How far off the two sides may be: 5 %, what chance makes of the mean of few requests, and in a closed
 * loop half a round for each window, whose edges cut through requests that one side sees and the other
 * does not. In an open loop more than the lanes can hold is a rate that was never tried for long enough.
 */
function toleranceOf(sample: CellSample, { stdDeviation, mean, totalCount }: Histogram): number {
  const slices = sample.mode === "open" ? 0 : sumSlices(sample, () => 1);
  const rounds = sumSlices(sample, ({ completed }) => completed) / mostInFlight(sample);
  // The library's deviation is that of all, and not of a sample.
  const relativeError = stdDeviation / mean / Math.sqrt(totalCount - 1);
  const byChance =
    totalCount < 2 ? Number.POSITIVE_INFINITY : mostStandardErrors(totalCount) * relativeError;
  return 0.05 + (0.5 * slices) / rounds + byChance;
}

/**
 * Little's law: requests in flight = rate × mean time in the system. The rate comes from counts and
 * the wall clock, the mean from the histogram; together they can never exceed what may be. A closed
 * loop on connections that stay open keeps each of them busy, so that they must reach it too.
 */
export const littlesLaw: Check = (sample) => {
  const rate = requestsPerSecond.compute(sample);
  const histogram = pooled(sample, ({ serviceTime }) => serviceTime);
  if (rate === undefined || histogram === undefined) return undefined;
  const inFlight = (rate * histogram.mean) / 1e9;
  const { connections, pipeline, keptAlive } = sample;
  const tolerance = toleranceOf(sample, histogram);
  const failed = sumSlices(sample, ({ requests }) => requests.failed);
  const stayedOpen = sample.replicates.every(
    ({ recording }) => recording.connect.totalCount <= connections,
  );
  const alwaysBusy = sample.mode === "closed" && keptAlive && stayedOpen && failed === 0;
  const most = mostInFlight(sample);
  const lowest = alwaysBusy ? most * (1 - tolerance) : 0;
  const tooMany = inFlight > most * (1 + tolerance);
  const lanes = `${connections} connections${pipeline > 1 ? ` with ${pipeline} on each` : ""}`;
  const ok = !tooMany && inFlight >= lowest;
  const why = ok ? "" : whyNot(sample, tooMany);
  return {
    check: "littles-law",
    ok,
    detail: `rate × mean service time = ${inFlight.toFixed(2)} requests in flight, on ${lanes}${why}`,
  };
};

function whyNot({ mode, workers }: CellSample, tooMany: boolean): string {
  if (mode === "open") {
    return ": so many were sent in so short a time, but the connections could not go on so; a longer -d would tell";
  }
  if (tooMany) {
    return ": more than can be, so that the rate or the times are wrong: stalls as long as a slice do that; run it again, for longer";
  }
  return workers > 1
    ? ": workers that are not equally fast have shared out the requests by their connections; say how long, with -d"
    : ": not every connection had its part of so few requests, or of so short a time; a longer -d would tell";
}

/** The figures of a histogram are in the order in which they must be, and its mean is among them. */
export const order: Check = (sample) => {
  const histogram = pooled(sample, ({ serviceTime }) => serviceTime);
  if (histogram === undefined) return undefined;
  const { minNonZeroValue: min, maxValue: max, mean } = histogram;
  const ladder = [min, ...[50, 90, 99, 99.9].map((p) => percentileOf(histogram, p)), max];
  const rises = ladder.every((value, index) => index === 0 || (ladder[index - 1] ?? 0) <= value);
  // A bucket is 0.1 % wide, and the mean is taken from the middles of buckets.
  const meanInside = mean >= min * 0.999 && mean <= max * 1.001;
  const inUs = [min, percentileOf(histogram, 50), max].map((ns) => (ns / 1000).toFixed(1));
  return {
    check: "order",
    ok: min > 0 && rises && meanInside,
    detail: `shortest ${inUs[0]} µs <= median ${inUs[1]} µs <= longest ${inUs[2]} µs`,
  };
};
