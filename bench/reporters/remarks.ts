import { fallsBehindBy } from "../load/backlog.ts";
import type { CellResult } from "../result.ts";
import { formatCount, plural } from "../units.ts";

/** What the rows of cells do not show and their figures do not mean; empty strings where there is nothing. */
export function remarks(cells: readonly CellResult[]): string[] {
  return [...cells.flatMap((cell) => [behind(cell), failed(cell), reopened(cell)]), few(cells)];
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
  const couldNot = `${nameOf(cell)} could not keep up${asked}`;
  if (unsent > fewUnsent * (issued + unsent)) {
    const percent = ((100 * unsent) / (issued + unsent)).toFixed(1);
    return `${couldNot}: ${percent} % of the requests that were due were never sent, and no response time counts for them.`;
  }
  const answers = metrics.requestsPerSecond?.value;
  if (rate === undefined || answers === undefined || issued === 0) return "";
  // How many come of random arrivals is itself random, by the root of their number.
  const scatter = schedule?.includes("poisson") ? 4 / Math.sqrt(issued) : 0;
  if (answers >= ((keptUp - scatter) * rate * ok) / issued) return "";
  return `${couldNot}: ${formatCount(answers)}/s were answered, and the longer that lasts the longer the response times.`;
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

function reopened(cell: CellResult): string {
  const { reopened = 0, requests } = cell;
  if (!cell.keptAlive || reopened <= oftenReopened * requests.issued) return "";
  return (
    `${nameOf(cell)} opened connections again ${plural(reopened, "time")}, warm-up included, for ` +
    `${plural(requests.issued, "request")}: the server closes them, and req/s and CPU/req have that in them.`
  );
}

/** Of fewer answers the 99th percentile is the slowest. */
const fewestForP99 = 100;

function few(cells: readonly CellResult[]): string {
  const timed = cells.filter(({ metrics }) => metrics.serviceP99Ns !== undefined);
  const short = timed.filter(({ requests }) => requests.ok < fewestForP99);
  if (short.length === 0) return "";
  return (
    `In ${short.length} of ${plural(timed.length, "cell")} fewer than ${fewestForP99} answers were counted: ` +
    "their p99 is the slowest of them."
  );
}
