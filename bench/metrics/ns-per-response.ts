import type { MetricFacts } from "./metric.ts";

/** What a reader takes that is fed from memory: of the micro benchmark, which has no sample of load. */
export const nsPerResponse: MetricFacts = {
  key: "nsPerResponse",
  unit: "ns",
  better: "lower",
  summary: "time of a reader for a response that is fed from memory; of the micro benchmark only",
};
