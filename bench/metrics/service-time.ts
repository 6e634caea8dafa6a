import { type Metric, percentile, pooled } from "./metric.ts";

/** Service time: from the write of a request to its last byte. */
const percents = [
  ["serviceP50Ns", 50],
  ["serviceP90Ns", 90],
  ["serviceP99Ns", 99],
  ["serviceP99_9Ns", 99.9],
  ["serviceP99_99Ns", 99.99],
] as const;

export const servicePercentiles: readonly Metric[] = percents.map(([key, percent]) =>
  percentile(
    key,
    `service time, ${percent}th percentile`,
    percent,
    ({ serviceTime }) => serviceTime,
  ),
);

export const serviceMean: Metric = {
  key: "serviceMeanNs",
  unit: "ns",
  better: "lower",
  summary: "service time, mean",
  compute: (sample) => {
    const histogram = pooled(sample, ({ serviceTime }) => serviceTime);
    // It takes the middle of each bucket, and for the maximum the lower end of the last.
    return histogram && Math.min(histogram.mean, histogram.maxValue);
  },
};

export const serviceMin: Metric = {
  key: "serviceMinNs",
  unit: "ns",
  better: "lower",
  summary: "service time, shortest",
  extreme: true,
  compute: (sample) => pooled(sample, ({ serviceTime }) => serviceTime)?.minNonZeroValue,
};

export const serviceMax: Metric = {
  key: "serviceMaxNs",
  unit: "ns",
  better: "lower",
  summary: "service time, longest",
  extreme: true,
  compute: (sample) => pooled(sample, ({ serviceTime }) => serviceTime)?.maxValue,
};
