import { cellName } from "../cell-name.ts";
import { UserError } from "../errors.ts";
import { decodeHistogram, type Histogram } from "../load/histogram.ts";
import type { CellResult } from "../result.ts";
import type { Reporter } from "./reporter.ts";

const nsPerMs = 1e6;

/** HdrHistogram's percentile distributions in milliseconds, one after the other, each named by a comment. */
export const hgrm: Reporter = {
  name: "hgrm",
  summary: "HdrHistogram percentile distributions (.hgrm), in ms",
  render({ cells, kind }) {
    if (kind === "micro") {
      throw new UserError("a result of micro has no histograms: choose another reporter with -r");
    }
    return cells.flatMap(distributionsOf).join("\n");
  },
};

function distributionsOf(cell: CellResult): string[] {
  const { serviceTimeNs, responseTimeNs } = cell.histograms;
  const named = [
    ["service time", serviceTimeNs],
    ["response time", responseTimeNs],
  ] as const;
  return named.flatMap(([what, text]) => {
    if (text === undefined) return [];
    const name = `${cellName(cell)}, ${what}`;
    const histogram = decode(name, text);
    if (histogram.totalCount === 0) return [`# ${name}: nothing was recorded\n`];
    return [`#[${name}]\n${histogram.outputPercentileDistribution(5, nsPerMs, false)}`];
  });
}

function decode(name: string, text: string): Histogram {
  try {
    return decodeHistogram(text);
  } catch (cause) {
    throw new UserError(`the result has a damaged histogram: ${name}`, { cause });
  }
}
