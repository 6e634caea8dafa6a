import type { CellResult, Comparison, FoundRate } from "./result.ts";

/** "callback/hello/c=64", with all that tells one cell from another of the same result. */
export function cellName(cell: CellResult): string {
  const { strategy, fixture, connections, side } = cell;
  const { mode, rate, schedule, workers, keptAlive, pipeline } = cell;
  return [
    strategy,
    fixture,
    `c=${connections}`,
    ...(mode === "open" ? [`rate=${rate ?? 0}`] : []),
    ...(schedule === undefined ? [] : [schedule]),
    ...(keptAlive ? [] : ["close"]),
    ...(pipeline === undefined ? [] : [`pipeline=${pipeline}`]),
    ...(workers > 1 ? [`workers=${workers}`] : []),
    ...(side === undefined ? [] : [side]),
  ].join("/");
}

export function comparisonName(comparison: Comparison): string {
  return `${contestName(comparison)}/${comparison.metric}`;
}

/** What was found: the objective is no part of its name, since services keep a name's history. */
export function foundRateName(found: FoundRate): string {
  return contestName(found);
}

function contestName({ strategy, fixture, connections }: Comparison | FoundRate): string {
  return `${strategy}/${fixture}/c=${connections}`;
}

/** What services call the highest rate that met an objective. */
export const foundRateMeasure = "highestRate";
