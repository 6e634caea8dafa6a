import { fallsBehindBy } from "../load/backlog.ts";
import type { CellResult, Comparison, Result } from "../result.ts";
import { formatCount } from "../units.ts";

/** A few sentences that say what the tables mean; empty where there is nothing to say. */
export function conclude({ cells, comparisons = [] }: Result): string {
  const invalid = cells.filter(({ valid }) => !valid);
  const byCpu = comparisons.filter(
    (own) => own.metric === "cpuNsPerRequest" && !invalid.some((cell) => isOf(own, cell)),
  );
  const compared =
    byCpu.length === 0 ? [] : [cheapest(byCpu), widest(byCpu), limits(cells), undecided(byCpu)];
  return [...cells.map(behind), ...compared]
    .filter((sentence) => sentence !== "")
    .map((sentence) => `${sentence}\n`)
    .join("");
}

/** Whether the cell is one of the two that are compared. */
function isOf({ strategy, baseline, fixture, connections }: Comparison, cell: CellResult): boolean {
  if (cell.fixture !== fixture || cell.connections !== connections) return false;
  return cell.strategy === strategy || cell.strategy === baseline;
}

function cheapest(byCpu: readonly Comparison[]): string {
  const baseline = byCpu[0]?.baseline ?? "";
  const names = [...new Set(byCpu.map(({ strategy }) => strategy))];
  const costs = names.map((strategy) => {
    const ratios = byCpu.filter((c) => c.strategy === strategy).map((c) => c.ratio);
    return `${strategy} ${asChange(geometricMean(ratios))}`;
  });
  return `CPU per request beside ${baseline}, over all heats: ${costs.join(", ")}.`;
}

function widest(byCpu: readonly Comparison[]): string {
  const clear = byCpu.filter(({ verdict }) => verdict === "regressed" || verdict === "improved");
  const [first, ...others] = clear;
  if (first === undefined) return "No difference is clear of the noise.";
  const far = ({ ratio }: Comparison) => Math.abs(Math.log(ratio));
  const most = others.reduce((best, next) => (far(next) > far(best) ? next : best), first);
  const { strategy, fixture, connections, ratio, interval, baseline } = most;
  const between = interval ? ` (${asChange(interval[0])} to ${asChange(interval[1])})` : "";
  return (
    `The widest clear gap: ${strategy} on ${fixture} at ${connections} takes ` +
    `${asChange(ratio)}${between} CPU per request over ${baseline}.`
  );
}

function limits(cells: readonly CellResult[]): string {
  const bound = cells.filter(({ boundBy }) => boundBy === "server").length;
  if (bound === 0) return "";
  return (
    `In ${bound} of ${cells.length} cells the server was the limit: ` +
    "there CPU per request tells the strategies apart, not requests per second."
  );
}

function undecided(byCpu: readonly Comparison[]): string {
  const open = byCpu.filter(({ verdict }) => verdict === "inconclusive").length;
  if (open === 0) return "";
  return `${open} of ${byCpu.length} comparisons are too noisy to call: more --replicates narrow them.`;
}

function geometricMean(ratios: readonly number[]): number {
  return Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length);
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
  const { strategy, fixture, connections, requests, rate, schedule, metrics } = cell;
  const { issued, ok, unsent = 0 } = requests;
  const asked = rate === undefined ? "" : ` with ${formatCount(rate)}/s`;
  const couldNot = `${strategy} on ${fixture} at ${connections} could not keep up${asked}`;
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

/** 1.123 as "+12 %". */
function asChange(ratio: number): string {
  const percent = Math.round((ratio - 1) * 100);
  return `${percent < 0 ? "−" : "+"}${Math.abs(percent)} %`;
}
