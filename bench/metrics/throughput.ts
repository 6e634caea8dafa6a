import type { CellSample } from "../load/sample.ts";
import { type Metric, per, sumRecordings, sumSlices } from "./metric.ts";

/** Good answers per second of the windows in which load was steady. */
function answersPerSecond(sample: CellSample): number | undefined {
  const windowNs = sumSlices(sample, (slice) => slice.windowNs);
  return per(sumSlices(sample, (slice) => slice.completed) * 1e9, windowNs);
}

export const requestsPerSecond: Metric = {
  key: "requestsPerSecond",
  unit: "1/s",
  better: "higher",
  summary: "good answers per second",
  compute: answersPerSecond,
};

export const bytesPerSecond: Metric = {
  key: "bytesPerSecond",
  unit: "B/s",
  better: "higher",
  summary: "bytes of bodies per second, without heads and framing",
  compute(sample) {
    const rate = answersPerSecond(sample);
    const ok = sumSlices(sample, (slice) => slice.requests.ok);
    const bodyBytes = per(
      sumRecordings(sample, (recording) => recording.bodyBytes),
      ok,
    );
    return rate === undefined || bodyBytes === undefined ? undefined : rate * bodyBytes;
  },
};
