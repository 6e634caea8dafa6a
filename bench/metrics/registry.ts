import { chunksPerResponse, connectP50, firstByteP50 } from "./arrival.ts";
import {
  cpuPerRequest,
  memoryPerConnection,
  memoryPerResponse,
  peakRss,
  serverCpuPerRequest,
} from "./cost.ts";
import type { Metric, MetricFacts } from "./metric.ts";
import { nsPerResponse } from "./ns-per-response.ts";
import { latenessP99, responsePercentiles } from "./response-time.ts";
import { serviceMax, serviceMean, serviceMin, servicePercentiles } from "./service-time.ts";
import { bytesPerSecond, requestsPerSecond } from "./throughput.ts";

/** Every metric, in the order in which results hold them. */
export const metrics: readonly Metric[] = [
  requestsPerSecond,
  bytesPerSecond,
  cpuPerRequest,
  serverCpuPerRequest,
  ...servicePercentiles,
  serviceMean,
  serviceMin,
  serviceMax,
  ...responsePercentiles,
  latenessP99,
  firstByteP50,
  connectP50,
  chunksPerResponse,
  peakRss,
  memoryPerConnection,
  memoryPerResponse,
];

/** Whatever a result may hold. */
export const knownMetrics: readonly MetricFacts[] = [...metrics, nsPerResponse];

/** What rivals, revisions and peers are compared by. */
export const comparedMetricKeys = [
  "requestsPerSecond",
  "cpuNsPerRequest",
  "serviceP50Ns",
  "serviceP99Ns",
] as const;
