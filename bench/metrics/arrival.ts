import { type Metric, per, percentile, sumRecordings, sumSlices } from "./metric.ts";

const firstByte: Metric = percentile(
  "firstByteP50Ns",
  "from the write of a request to its first byte, median",
  50,
  ({ firstByte }) => firstByte,
);

/** Where requests are pipelined, nobody sees which of the responses in a chunk a byte begins. */
export const firstByteP50: Metric = {
  ...firstByte,
  compute: (sample) => (sample.pipeline > 1 ? undefined : firstByte.compute(sample)),
};

export const connectP50: Metric = percentile(
  "connectP50Ns",
  "to open a connection, median; those that stay open are opened by a process that has just started",
  50,
  ({ connect }) => connect,
);

export const chunksPerResponse: Metric = {
  key: "chunksPerResponse",
  unit: "1",
  better: "lower",
  summary: "pieces in which a response arrives, mean",
  compute: (sample) =>
    per(
      sumRecordings(sample, ({ chunks }) => chunks),
      sumSlices(sample, ({ requests }) => requests.ok),
    ),
};
