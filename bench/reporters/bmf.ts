import { cellName } from "./cell-name.ts";
import type { Reporter } from "./reporter.ts";

/** Bencher Metric Format: https://bencher.dev/docs/reference/bencher-metric-format/ */
export const bmf: Reporter = {
  name: "bmf",
  summary: "Bencher Metric Format",
  render({ cells }) {
    const benchmarks = cells.map((cell) => {
      const measures = Object.entries(cell.metrics).map(([key, { value, interval }]) => {
        // An interval is of the mean over replicates: the pooled figure may lie beside it.
        const limits = interval && {
          lower_value: Math.min(interval[0], value),
          upper_value: Math.max(interval[1], value),
        };
        return [key, { value, ...limits }];
      });
      return [cellName(cell), Object.fromEntries(measures)];
    });
    return `${JSON.stringify(Object.fromEntries(benchmarks), null, 2)}\n`;
  },
};
