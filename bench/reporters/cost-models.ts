import type { Result } from "../result.ts";
import { formatNs } from "../units.ts";
import { renderTable } from "./table.ts";

type CostModel = NonNullable<Result["costModels"]>[number];
type Cost = CostModel["perByteNs"];

/** The cost of each strategy as a table, how well the model predicts, and the difference in words. */
export function renderCostModels(models: readonly CostModel[]): string {
  if (models.length === 0) return "";
  const headings = ["reader alone", "a response", "a chunk", "a piece of head", "a KiB", "error"];
  const columns = headings.map((heading, index) => ({
    heading,
    align: index === 0 ? ("left" as const) : ("right" as const),
  }));
  const rows = models.map((model) => [
    model.strategy,
    cost(model.perResponseNs),
    cost(model.perChunkNs),
    cost(model.perHeadPieceNs),
    cost(model.perByteNs, 1024),
    `${(model.heldOutError * 100).toFixed(1)} %`,
  ]);
  return [
    "What a reader costs by itself, fed from memory (error: median on points left out of the fit)\n",
    renderTable(columns, rows),
    ...differences(models),
    ...models.filter(({ holds }) => !holds).map(misfit),
  ].join("");
}

/** "web-streams costs 0.30 µs a response and 0.20 µs a chunk more than callback." */
function differences([first, ...others]: readonly CostModel[]): string[] {
  if (first === undefined) return [];
  return others.map(({ strategy, perResponseNs, perChunkNs }) => {
    const response = difference(perResponseNs.value - first.perResponseNs.value, "a response");
    const chunk = difference(perChunkNs.value - first.perChunkNs.value, "a chunk");
    return `${strategy} costs ${response} and ${chunk} than ${first.strategy}.\n`;
  });
}

function difference(ns: number, what: string): string {
  return `${formatNs(Math.abs(ns))} ${what} ${ns < 0 ? "less" : "more"}`;
}

function misfit({ strategy, heldOutError, worst }: CostModel): string {
  const percent = (share: number) => `${(share * 100).toFixed(0)} %`;
  return (
    `The model does not hold for ${strategy}: off by ${percent(heldOutError)} in the median, ` +
    `and by ${percent(worst.error)} at ${worst.point}.\n`
  );
}

function cost({ value, interval }: Cost, scale = 1): string {
  const ns = (figure: number) => (figure * scale).toFixed(figure * scale < 10 ? 2 : 0);
  const between = interval ? ` [${ns(interval[0])}, ${ns(interval[1])}]` : "";
  return `${ns(value)}${between} ns`;
}
