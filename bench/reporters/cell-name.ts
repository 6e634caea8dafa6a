import type { CellResult, Comparison } from "../result.ts";

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

export function comparisonName({ strategy, fixture, connections, metric }: Comparison): string {
  return `${strategy}/${fixture}/c=${connections}/${metric}`;
}
