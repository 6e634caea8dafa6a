import type { Comparison, Result } from "../result.ts";
import { plural } from "../units.ts";
import { renderTable } from "./table.ts";

/** What was compared, a line for each metric of each cell, and the verdict in words. */
export function renderComparison(result: Result): string {
  const { comparisons = [], compared } = result;
  const headings = [
    "strategy",
    "fixture",
    "conns",
    "metric",
    "change",
    "95 % interval",
    "base ÷ base",
    "verdict",
  ];
  const columns = headings.map((heading, index) => ({
    heading,
    align: [2, 4].includes(index) ? ("right" as const) : ("left" as const),
  }));
  const rows = comparisons.map((comparison) => [
    comparison.strategy,
    comparison.fixture,
    String(comparison.connections),
    comparison.metric,
    formatChange(comparison.ratio),
    formatChangeInterval(comparison.interval),
    comparison.noise ? formatChange(comparison.noise.ratio) : "-",
    comparison.verdict,
  ]);
  const title = `${compared?.head ?? "head"} against ${compared?.base ?? "base"}\n`;
  return `${title}${renderTable(columns, rows)}\n${describeVerdict(result)}`;
}

/** From here on percents are hard to read. */
const manyTimes = 5;

/** A ratio of 1.032 as "+3.2 %", one of 12 as "12 times". */
export function formatChange(ratio: number): string {
  if (ratio >= manyTimes) return `${inDigits(ratio)} times`;
  const percent = (ratio - 1) * 100;
  return `${percent < 0 ? "−" : "+"}${Math.abs(percent).toFixed(1)} %`;
}

/** Three of them. */
function inDigits(ratio: number): number {
  return Number(ratio.toPrecision(3));
}

export function formatChangeInterval(interval: Comparison["interval"]): string {
  if (interval === undefined) return "-";
  const [low, high] = interval;
  if (high < manyTimes) return `${formatChange(low)} to ${formatChange(high)}`;
  return `${inDigits(low)} to ${inDigits(high)} times`;
}

/** Sentences: the verdict, what regressed and by how much, and what could not be told. */
export function describeVerdict(result: Result): string {
  const { comparisons = [], verdict, fault, interrupted, compared } = result;
  const why = fault ?? (interrupted ? "it was interrupted" : undefined);
  const leftOut = [...Map.groupBy(compared?.leftOut ?? [], (own) => own.why)].map(
    ([why, own]) => `Not compared, since ${why}: ${own.map(({ what }) => what).join(", ")}.\n`,
  );
  const isPart = why === undefined ? "" : `The comparison is not whole: ${why}.\n`;
  const differences = compared?.differences ?? [];
  const isOfOthers =
    differences.length === 0 || fault !== undefined
      ? ""
      : `The environments differ, which was to be ignored: ${differences.join("; ")}.\n`;
  const broke = isPart + leftOut.join("") + isOfOthers;
  if (comparisons.length === 0) return `${broke}Nothing was compared.\n`;
  const of = (wanted: Comparison["verdict"]) =>
    comparisons.filter((comparison) => comparison.verdict === wanted);
  const regressed = of("regressed").map((comparison) => `  ${describe(comparison)}\n`);
  const open = of("inconclusive");
  const reasons = [...Map.groupBy(open, ({ reason = "" }) => reason)].map(
    ([reason, own]) => `  ${own.map(nameOf).join("; ")}: ${reason}\n`,
  );
  const counts = (["improved", "unchanged", "inconclusive"] as const)
    .map((each) => `${of(each).length} ${each}`)
    .join(", ");
  const summary: Record<Comparison["verdict"], string> = {
    regressed: `REGRESSED: ${plural(regressed.length, "metric")} of ${comparisons.length} got worse; ${counts}.\n`,
    improved: `Improved, and nothing got worse; ${counts}.\n`,
    unchanged: `Unchanged: no effect that counts; ${counts}.\n`,
    inconclusive: `No regression was found; ${counts}.\n`,
  };
  const undecided = reasons.length > 0 ? `Inconclusive:\n${reasons.join("")}` : "";
  return `${broke}${summary[verdict ?? "inconclusive"]}${regressed.join("")}${undecided}`;
}

function nameOf({ strategy, fixture, connections, metric }: Comparison): string {
  return `${strategy}, ${fixture}, ${connections}: ${metric}`;
}

/** One comparison in a sentence. */
export function describe(comparison: Comparison): string {
  const { ratio, interval } = comparison;
  return `${nameOf(comparison)} ${formatChange(ratio)} (${formatChangeInterval(interval)})`;
}
