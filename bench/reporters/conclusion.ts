import type { CellResult, Comparison, Result } from "../result.ts";
import { plural } from "../units.ts";
import { remarks } from "./remarks.ts";

/** A few sentences that say what the tables mean; empty where there is nothing to say. */
export function conclude({ cells, comparisons = [], thresholds = [] }: Result): string {
  const invalid = cells.filter(({ valid }) => !valid);
  const byCpu = comparisons.filter(
    (own) => own.metric === "cpuNsPerRequest" && !invalid.some((cell) => isOf(own, cell)),
  );
  const compared =
    byCpu.length === 0
      ? []
      : [cheapest(byCpu, invalid.length > 0), widest(byCpu), limits(cells), undecided(byCpu)];
  const missed = thresholds.flatMap((own) => own.missed);
  return [...remarks(cells), ...compared, ...missed]
    .filter((sentence) => sentence !== "")
    .map((sentence) => `${sentence}\n`)
    .join("");
}

/** Whether the cell is one of the two that are compared. */
function isOf({ strategy, baseline, fixture, connections }: Comparison, cell: CellResult): boolean {
  if (cell.fixture !== fixture || cell.connections !== connections) return false;
  return cell.strategy === strategy || cell.strategy === baseline;
}

function cheapest(byCpu: readonly Comparison[], isPart: boolean): string {
  const baseline = byCpu[0]?.baseline ?? "";
  const names = [...new Set(byCpu.map(({ strategy }) => strategy))];
  const costs = names.map((strategy) => {
    const ratios = byCpu.filter((c) => c.strategy === strategy).map((c) => c.ratio);
    return `${strategy} ${asChange(geometricMean(ratios))}`;
  });
  const heats = isPart ? "all heats whose audit stands" : "all heats";
  return `CPU per request beside ${baseline}, over ${heats}: ${costs.join(", ")}.`;
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
  const bound = cells.filter(({ boundBy }) => boundBy === "server" || boundBy === "both").length;
  if (bound === 0) return "";
  return (
    `In ${bound} of ${plural(cells.length, "cell")} the server was the limit: ` +
    "there CPU per request tells the strategies apart, not requests per second."
  );
}

function undecided(byCpu: readonly Comparison[]): string {
  const open = byCpu.filter(({ verdict }) => verdict === "inconclusive").length;
  if (open === 0) return "";
  const are = open === 1 ? "is" : "are";
  return `${open} of ${plural(byCpu.length, "comparison")} of CPU per request ${are} too noisy to call: more --replicates narrow them.`;
}

function geometricMean(ratios: readonly number[]): number {
  return Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length);
}

/** 1.123 as "+12 %". */
function asChange(ratio: number): string {
  const percent = Math.round((ratio - 1) * 100);
  return `${percent < 0 ? "−" : "+"}${Math.abs(percent)} %`;
}
