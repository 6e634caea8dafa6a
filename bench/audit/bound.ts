import type { CellSample } from "../load/sample.ts";
import { sumSlices } from "../metrics/metric.ts";
import type { Check } from "./check.ts";
import { schedulerLateness } from "./pacing.ts";

export const boundByValues = ["client", "server", "both", "neither"] as const;
export type BoundBy = (typeof boundByValues)[number];

/** Above this share of a core a single-threaded process has no time left to wait. */
const saturatedShare = 0.9;

/** Share of a core that each client process and the server used; the server's is unknown if not ours. */
function cpuShares(sample: CellSample): { client: number; server: number | undefined } {
  const cpuNs = sumSlices(sample, (slice) => slice.cpuNs);
  const client = cpuNs / sumSlices(sample, ({ windowNs }) => windowNs) / mostBusyWorkers(sample);
  const serverCpuNs = sumSlices(sample, (slice) => slice.serverCpuNs ?? Number.NaN);
  const server = serverCpuNs / sumSlices(sample, ({ wholeNs }) => wholeNs);
  return { client, server: Number.isNaN(server) ? undefined : server };
}

/** Of its workers as many as there are cores can be busy at once. */
function mostBusyWorkers({ workers, cores }: CellSample): number {
  return Math.min(workers, cores);
}

/** Which side had no CPU left: that side's limit is what was measured. */
export function boundBy(sample: CellSample): BoundBy {
  const { client, server = 0 } = cpuShares(sample);
  // In an open loop the client spins, so that its CPU says little: who is late as well was the limit.
  const late = sample.mode === "closed" || schedulerLateness(sample)?.tooLate === true;
  const clientIsFull = client >= saturatedShare && late;
  if (clientIsFull) return server >= saturatedShare ? "both" : "client";
  return server >= saturatedShare ? "server" : "neither";
}

const meanings: Record<BoundBy, string> = {
  client: "the client was the limit: its own cost is what was measured",
  server: "the server was the limit: a faster client would show no more requests per second",
  both: "client and server were both at their limit",
  neither: "nobody was at a limit: the time goes into waiting",
};

/** With time left on the server, more of a busy client would get more done. */
function moreWorkers(sample: CellSample): string {
  const { workers, connections, cores } = sample;
  if (boundBy(sample) !== "client" || workers >= Math.min(connections, cores)) return "";
  return sample.workers === 1
    ? "; one worker is at its limit, more --workers would send more"
    : `; ${sample.workers} workers are at their limit, more would send more`;
}

/** Not a failure, whichever way it falls: a fact without which the figures mislead. */
export const bound: Check = (sample) => {
  const { client, server } = cpuShares(sample);
  const percent = (share: number) => `${Math.round(share * 100)} %`;
  const spin = sample.mode === "open" ? " (it spins, so as to be on time)" : "";
  const serverText = server === undefined ? "unknown" : percent(server);
  const by = boundBy(sample);
  const meaning =
    by === "neither" && server === undefined
      ? "the client was not at its limit; whether the server was is not known"
      : meanings[by];
  return {
    check: "bound",
    ok: true,
    detail: `client ${percent(client)} of a core${spin}, server ${serverText}; ${meaning}${moreWorkers(sample)}`,
  };
};
