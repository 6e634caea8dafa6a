import { cellName, foundRateMeasure, foundRateName } from "../cell-name.ts";
import type { CellResult, FoundRate } from "../result.ts";
import type { Reporter } from "./reporter.ts";

/**
 * Bencher Metric Format: https://bencher.dev/docs/reference/bencher-metric-format/
 * What its audit refuses is no figure for a service to learn from. Of a search its findings, and not its
 * trials, of which two may share a name.
 */
export const bmf: Reporter = {
  name: "bmf",
  summary: "Bencher Metric Format",
  singleDocument: true,
  render({ cells, foundRates }) {
    const benchmarks =
      foundRates?.flatMap(foundBenchmark) ?? cells.filter(({ valid }) => valid).map(benchmark);
    return `${JSON.stringify(Object.fromEntries(benchmarks), null, 2)}\n`;
  },
};

type Measures = Readonly<Record<string, { readonly value: number }>>;

function benchmark(cell: CellResult): [string, Measures] {
  const measures = Object.entries(cell.metrics).map(([key, { value, interval }]) => {
    // An interval is of the mean over replicates: the pooled figure may lie beside it.
    const limits = interval && {
      lower_value: Math.min(interval[0], value),
      upper_value: Math.max(interval[1], value),
    };
    return [key, { value, ...limits }] as const;
  });
  return [cellName(cell), Object.fromEntries(measures)];
}

function foundBenchmark(found: FoundRate): [string, Measures][] {
  if (found.met === undefined) return [];
  return [[foundRateName(found), { [foundRateMeasure]: { value: found.met } }]];
}
