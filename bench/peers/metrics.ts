/** The figures that peers and strategies have in common. */
export const peerMetrics = [
  "requestsPerSecond",
  "cpuNsPerRequest",
  "serviceP50Ns",
  "serviceP99Ns",
] as const;
