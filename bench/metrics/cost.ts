import { type Metric, per, sumSlices } from "./metric.ts";

export const cpuPerRequest: Metric = {
  key: "cpuNsPerRequest",
  unit: "ns",
  better: "lower",
  summary: "CPU time of the client process per request, user and system",
  compute: (sample) =>
    per(
      sumSlices(sample, ({ cpuNs }) => cpuNs),
      sumSlices(sample, ({ completed }) => completed),
    ),
};

export const serverCpuPerRequest: Metric = {
  key: "serverCpuNsPerRequest",
  unit: "ns",
  better: "lower",
  summary: "CPU time of the server process per request, user and system",
  compute(sample) {
    const known = sample.replicates.every(({ slices }) =>
      slices.every(({ serverCpuNs }) => serverCpuNs !== undefined),
    );
    if (!known) return undefined;
    return per(
      sumSlices(sample, ({ serverCpuNs }) => serverCpuNs ?? 0),
      sumSlices(sample, ({ answered }) => answered),
    );
  },
};

export const peakRss: Metric = {
  key: "peakRssBytes",
  unit: "B",
  better: "lower",
  summary: "largest resident memory of the client process",
  compute(sample) {
    const peaks = sample.replicates.map(({ recording }) => recording.peakRssBytes);
    return peaks.length > 0 ? Math.max(...peaks) : undefined;
  },
};
