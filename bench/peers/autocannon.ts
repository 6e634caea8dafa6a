import { z } from "zod";
import { type Peer, wholeMsToNs, wholeSeconds } from "./peer.ts";

const report = z.object({
  errors: z.number(),
  non2xx: z.number(),
  requests: z.object({ total: z.number() }),
  latency: z.object({ p50: z.number(), p99: z.number() }),
  duration: z.number(),
});

/** https://github.com/mcollina/autocannon, on Node; its percentiles are whole milliseconds. */
export const autocannon: Peer = {
  name: "autocannon",
  versionCommand: ["autocannon", "--version"],
  command: (url, connections, durationMs) => [
    ...["autocannon", "-j", "-n", "-c", String(connections), "-d", wholeSeconds(durationMs), url],
  ],
  parse(output) {
    const { errors, non2xx, requests, latency, duration } = report.parse(JSON.parse(output));
    return {
      requests: requests.total,
      failed: errors + non2xx,
      requestsPerSecond: requests.total / duration,
      p50Ns: wholeMsToNs(latency.p50),
      p99Ns: wholeMsToNs(latency.p99),
      keptAlive: true,
    };
  },
};
