import { fallsBehindBy } from "../load/backlog.ts";
import type { CellResult } from "../result.ts";
import { formatCount, formatNs, plural } from "../units.ts";

/** What the rows of cells do not show and their figures do not mean; empty strings where there is nothing. */
export function remarks(cells: readonly CellResult[]): string[] {
  return [
    ...cells.flatMap((cell) => [
      behind(cell),
      failed(cell),
      reopened(cell),
      rateless(cell),
      short(cell),
    ]),
    few(cells),
  ];
}

function nameOf({ strategy, fixture, connections }: CellResult): string {
  return `${strategy} on ${fixture} at ${connections}`;
}

/** Below this share of what was due the percentiles are of an open loop all the same. */
const fewUnsent = 0.001;

/** Below this share of what was due, answers came more slowly than requests were due. */
const keptUp = 1 - fallsBehindBy;

/**
 * A rate that could not be had. What was never sent has no response time: those that are shown are of the
 * lucky ones; and where all was sent they would have gone on growing.
 */
function behind(cell: CellResult): string {
  const { requests, rate, schedule, metrics } = cell;
  const { issued, ok, unsent = 0 } = requests;
  const asked = rate === undefined ? "" : ` with ${formatCount(rate)}/s`;
  const couldNot = `${nameOf(cell)} did not keep up${asked}`;
  const answers = metrics.requestsPerSecond?.value;
  if (unsent > fewUnsent * (issued + unsent)) {
    const percent = ((100 * unsent) / (issued + unsent)).toFixed(1);
    // Arrivals that come in bursts can find no connection free, and be answered on the whole.
    const isKept = rate !== undefined && answers !== undefined && answers >= keptUp * rate;
    const what = isKept ? `${nameOf(cell)} had no connection for all` : couldNot;
    return `${what}: ${percent} % of the requests that were due were never sent, and no response time counts for them.`;
  }
  if (rate === undefined || answers === undefined || issued === 0) return "";
  // How many come of random arrivals is itself random, by the root of their number.
  const scatter = schedule?.includes("poisson") ? 4 / Math.sqrt(issued) : 0;
  if (answers >= ((keptUp - scatter) * rate * ok) / issued) return "";
  return `${couldNot}: ${formatCount(answers)}/s were answered in its time, the others after it; if that goes on, so does the growth of response times.`;
}

/** So few failed that the audit does not mind: who reads the figures may. */
function failed(cell: CellResult): string {
  const { requests, errors, valid } = cell;
  if (requests.failed === 0 || !valid) return "";
  const kinds = Object.entries(errors).map(([kind, count]) => `${kind} ${count}`);
  return `${nameOf(cell)}: ${requests.failed} of ${plural(requests.issued, "request")} failed (${kinds.join(", ")}).`;
}

/** From this share of requests on, connecting is a part of what they cost. */
const oftenReopened = 0.01;

/** With these it was the other end that closed; with others we did, as after a timeout. */
const kindsOfServer = ["reset", "closed-early"];

function reopened(cell: CellResult): string {
  const { reopened = 0, requests, errors } = cell;
  if (!cell.keptAlive || reopened <= oftenReopened * requests.issued) return "";
  // Those of the warm-up are in `reopened`, and their failures not in `errors`: what these are tells.
  const closer = Object.entries(errors).reduce(
    (sum, [kind, count]) => sum + (kindsOfServer.includes(kind) ? count : -count),
    0,
  );
  const isOurs = closer < 0;
  const why = isOurs ? "they are given up after failures" : "the server closes them";
  return (
    `${nameOf(cell)} opened connections again ${plural(reopened, "time")}, warm-up included, for ` +
    `${plural(requests.issued, "request")}: ${why}, and req/s and CPU/req have that in them.`
  );
}

/** No answer came in its time, and some after it: the rate is 0. */
function rateless(cell: CellResult): string {
  const { requests, metrics } = cell;
  if (metrics.requestsPerSecond?.value !== 0 || requests.ok === 0) return "";
  return (
    `${nameOf(cell)}: its time was too short for a rate, though ` +
    `${plural(requests.ok, "answer")} came: say a longer -d.`
  );
}

/** Where a stall takes more of a window, it is chance how much of it a window has. */
const mostOfWindow = 1 / 3;
/** It is one if it takes so many times as long as the usual answer. */
const stalls = 10;

/** A closed loop's window that is short beside a stall. */
function short(cell: CellResult): string {
  const { mode, requests, metrics, replicates } = cell;
  const rate = metrics.requestsPerSecond?.value;
  const longestNs = metrics.serviceMaxNs?.value ?? 0;
  const usualNs = metrics.serviceP50Ns?.value ?? 0;
  if (mode === "open" || rate === undefined || rate <= 0) return "";
  const windowNs = (requests.ok / rate / replicates.length) * 1e9;
  if (longestNs <= windowNs * mostOfWindow || longestNs <= stalls * usualNs) return "";
  return (
    `${nameOf(cell)}: the slowest answer took ${formatNs(longestNs)}, of ${formatNs(windowNs)} ` +
    "in each replicate: a longer -d would tell the rate more truly."
  );
}

/** Of fewer answers the 99th percentile is the slowest. */
const fewestForP99 = 100;

function few(cells: readonly CellResult[]): string {
  const timed = cells.filter(({ metrics }) => metrics.serviceP99Ns !== undefined);
  const scarce = timed.filter(({ requests }) => requests.ok < fewestForP99);
  if (scarce.length === 0) return "";
  return (
    `In ${scarce.length} of ${plural(timed.length, "cell")} fewer than ${fewestForP99} answers were counted: ` +
    "their p99 is the slowest of them."
  );
}
