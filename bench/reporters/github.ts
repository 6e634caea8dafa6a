import { cellName, foundRateMeasure, foundRateName } from "../cell-name.ts";
import type { CellResult, FoundRate, Result } from "../result.ts";
import { limitOf } from "./figures.ts";
import type { Reporter } from "./reporter.ts";

/**
 * What github-action-benchmark reads: one file for each direction, since its tools are
 * customSmallerIsBetter and customBiggerIsBetter.
 * https://github.com/benchmark-action/github-action-benchmark#tool-required
 */
export const github: Reporter = {
  name: "github",
  summary: "github-action-benchmark, customSmallerIsBetter",
  singleDocument: true,
  render: (result) => render(result, "lower"),
};

export const githubBigger: Reporter = {
  name: "github-bigger",
  summary: "github-action-benchmark, customBiggerIsBetter",
  singleDocument: true,
  render: (result) => render(result, "higher"),
};

const fourDigits = (value: number) => String(Number(value.toPrecision(4)));

/** Of a search its findings, and not its trials, of which two may share a name. */
function render({ cells, foundRates }: Result, direction: "lower" | "higher"): string {
  const entries =
    foundRates === undefined
      ? entriesOf(cells, direction)
      : foundEntries(direction === "higher" ? foundRates : []);
  return `${JSON.stringify(entries, null, 2)}\n`;
}

function foundEntries(found: readonly FoundRate[]) {
  return found.flatMap((rate) =>
    rate.met === undefined
      ? []
      : [{ name: `${foundRateName(rate)}/${foundRateMeasure}`, unit: "1/s", value: rate.met }],
  );
}

function entriesOf(cells: readonly CellResult[], direction: "lower" | "higher") {
  // A service keeps what it is given for ever: what the audit refuses is not for it.
  return cells
    .filter(({ valid }) => valid)
    .flatMap((cell) =>
      Object.entries(cell.metrics)
        .filter(([, { better }]) => better === direction)
        .map(([key, { value, unit, interval }]) => ({
          name: `${cellName(cell)}/${key}`,
          unit,
          value,
          // Not "± half of it": it need not lie evenly around the value.
          ...(interval && { range: interval.map(fourDigits).join(" to ") }),
          extra: `limit: ${limitOf(cell)}`,
        })),
    );
}
