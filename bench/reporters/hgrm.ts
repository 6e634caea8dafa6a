import { UserError } from "../errors.ts";
import { decodeHistogram, type Histogram } from "../load/histogram.ts";
import { cellName } from "./cell-name.ts";
import type { Reporter } from "./reporter.ts";

const nsPerMs = 1e6;

/** HdrHistogram's percentile distributions in milliseconds, one after the other, each named by a comment. */
export const hgrm: Reporter = {
  name: "hgrm",
  summary: "HdrHistogram percentile distributions (.hgrm), in ms",
  render({ cells }) {
    return cells
      .flatMap((cell) => {
        const { serviceTimeNs, responseTimeNs } = cell.histograms;
        const named = [
          ["service time", serviceTimeNs],
          ["response time", responseTimeNs],
        ] as const;
        return named.flatMap(([what, text]) => {
          if (text === undefined) return [];
          const name = `${cellName(cell)}, ${what}`;
          return [
            `#[${name}]\n${decode(name, text).outputPercentileDistribution(5, nsPerMs, false)}`,
          ];
        });
      })
      .join("\n");
  },
};

function decode(name: string, text: string): Histogram {
  try {
    return decodeHistogram(text);
  } catch (cause) {
    throw new UserError(`the result has a damaged histogram: ${name}`, { cause });
  }
}
