import type { CellResult, Comparison } from "../result.ts";
import { formatQuantity } from "../units.ts";

/** A metric of a cell for people; "-" where it was not measured. */
export function figureOf({ metrics }: CellResult, key: string): string {
  const metric = metrics[key];
  return metric === undefined ? "-" : formatQuantity(metric.value, metric.unit);
}

/** The cell beside the one that is the measure of its heat; undefined where it is that itself. */
export function comparisonOf(
  cell: CellResult,
  comparisons: readonly Comparison[],
  metric: string,
): Comparison | undefined {
  return ofHeat(cell, comparisons).find(
    (own) => own.strategy === cell.strategy && own.metric === metric,
  );
}

/** The strategy that is the measure of a cell's heat, if anything is compared there. */
export function measureOf(
  cell: CellResult,
  comparisons: readonly Comparison[],
): string | undefined {
  return ofHeat(cell, comparisons)[0]?.baseline;
}

/** The figures of a cell that are told beside the measure of its heat. */
export const ratioFigures = [
  { key: "requestsPerSecond", heading: "req/s" },
  { key: "cpuNsPerRequest", heading: "CPU/req" },
] as const;

/** A cell over the one that is the measure: 1 of that itself, "-" where nothing is compared. */
export function ratioOf(
  cell: CellResult,
  comparisons: readonly Comparison[],
  metric: string,
): string {
  const found = comparisonOf(cell, comparisons, metric);
  if (found === undefined) return measureOf(cell, comparisons) === cell.strategy ? "1" : "-";
  const { ratio, interval } = found;
  if (interval === undefined) return `${ratio.toFixed(2)} (one replicate: no interval)`;
  return `${ratio.toFixed(2)} [${interval[0].toFixed(2)}, ${interval[1].toFixed(2)}]`;
}

function ofHeat({ fixture, connections }: CellResult, comparisons: readonly Comparison[]) {
  return comparisons.filter((own) => own.fixture === fixture && own.connections === connections);
}

/** Who was the limit; a server that is not ours may have been, where the client was not. */
export function limitOf({ boundBy, metrics }: CellResult): string {
  const isServerKnown = metrics.serverCpuNsPerRequest !== undefined;
  return boundBy === "neither" && !isServerKnown ? "unknown" : boundBy;
}
