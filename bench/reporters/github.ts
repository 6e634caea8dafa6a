import type { Result } from "../result.ts";
import { cellName } from "./cell-name.ts";
import type { Reporter } from "./reporter.ts";

/**
 * What github-action-benchmark reads: one file for each direction, since its tools are
 * customSmallerIsBetter and customBiggerIsBetter.
 * https://github.com/benchmark-action/github-action-benchmark#tool-required
 */
export const github: Reporter = {
  name: "github",
  summary: "github-action-benchmark, customSmallerIsBetter",
  render: (result) => render(result, "lower"),
};

export const githubBigger: Reporter = {
  name: "github-bigger",
  summary: "github-action-benchmark, customBiggerIsBetter",
  render: (result) => render(result, "higher"),
};

function render({ cells }: Result, direction: "lower" | "higher"): string {
  const entries = cells.flatMap((cell) =>
    Object.entries(cell.metrics)
      .filter(([, { better }]) => better === direction)
      .map(([key, { value, unit, interval }]) => ({
        name: `${cellName(cell)}/${key}`,
        unit,
        value,
        ...(interval && { range: `± ${((interval[1] - interval[0]) / 2).toPrecision(3)}` }),
        extra: `limit: ${cell.boundBy}${cell.valid ? "" : "; invalid"}`,
      })),
  );
  return `${JSON.stringify(entries, null, 2)}\n`;
}
