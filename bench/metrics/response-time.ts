import { type Metric, percentile } from "./metric.ts";

/** Response time: from the instant at which a request was due to its last byte; open loop only. */
const percents = [
  ["responseP50Ns", 50],
  ["responseP90Ns", 90],
  ["responseP99Ns", 99],
  ["responseP99_9Ns", 99.9],
  ["responseP99_99Ns", 99.99],
] as const;

export const responsePercentiles: readonly Metric[] = percents.map(([key, percent]) => ({
  ...percentile(
    key,
    `response time from the due instant, ${percent}th percentile (open loop)`,
    percent,
    ({ responseTime }) => responseTime,
  ),
  openLoopOnly: true,
}));

export const latenessP99: Metric = {
  ...percentile(
    "latenessP99Ns",
    "how late requests were sent that had a connection to go on, 99th percentile (open loop)",
    99,
    ({ lateness }) => lateness,
  ),
  openLoopOnly: true,
};
