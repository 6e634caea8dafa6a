import { type Metric, per, sumRecordings, sumSlices } from "./metric.ts";

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
      sumSlices(sample, ({ ended }) => ended),
    );
  },
};

export const peakRss: Metric = {
  key: "peakRssBytes",
  unit: "B",
  better: "lower",
  summary: "largest resident memory of the client process",
  extreme: true,
  compute(sample) {
    const peaks = sample.replicates.map(({ recording }) => recording.memory.peakBytes);
    return peaks.length > 0 ? Math.max(...peaks) : undefined;
  },
};

export const memoryPerConnection: Metric = {
  key: "memoryPerConnectionBytes",
  unit: "B",
  better: "lower",
  summary:
    "growth of resident memory from before the connections to the end of the warm-up, for each; of few, mostly what the process took",
  compute: (sample) =>
    per(
      sumRecordings(sample, ({ memory }) => Math.max(0, memory.warmBytes - memory.startBytes)),
      sample.connections * sample.replicates.length,
    ),
};

export const memoryPerResponse: Metric = {
  key: "memoryPerResponseBytes",
  unit: "B",
  better: "lower",
  summary: "growth of resident memory after the warm-up per response: 0 when nothing is kept",
  compute: (sample) =>
    per(
      sumRecordings(sample, ({ memory }) => Math.max(0, memory.endBytes - memory.warmBytes)),
      sumSlices(sample, ({ ended }) => ended),
    ),
};
