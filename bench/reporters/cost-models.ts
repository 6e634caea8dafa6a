import type { Result } from "../result.ts";
import { meanEstimate } from "../stats/interval.ts";
import { formatNs } from "../units.ts";
import { renderTable } from "./table.ts";

type CostModel = NonNullable<Result["costModels"]>[number];
type Cost = CostModel["perByteNs"];

/** The cost of each strategy as a table, how well the model predicts, and the difference in words. */
export function renderCostModels(models: readonly CostModel[]): string {
  if (models.length === 0) return "";
  const headings = ["reader alone", "a response", "a chunk", "more in the head", "a KiB", "error"];
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

/** "web-streams costs 300 ns a response more and 200 ns a chunk more than callback." */
function differences([first, ...others]: readonly CostModel[]): string[] {
  // Of one process nothing can be told, and older results hold none.
  const pairs = others.filter(({ processes = [] }) => processes.length > 1);
  return first === undefined ? [] : pairs.map((model) => `${difference(first, model)}\n`);
}

function difference(first: CostModel, { strategy, processes = [] }: CostModel): string {
  const parts = (["a response", "a chunk"] as const).map((what, at) => {
    const { value, interval } = meanEstimate(
      processes.flatMap((own, index) => {
        const beside = first.processes?.[index]?.[at];
        return beside === undefined ? [] : [(own[at] as number) - beside];
      }),
    );
    const isClear = interval !== undefined && (interval[0] > 0 || interval[1] < 0);
    const words = `${formatNs(Math.abs(value))} ${what} ${value < 0 ? "less" : "more"}`;
    return { what, words: isClear ? words : undefined };
  });
  const clear = parts.flatMap(({ words }) => words ?? []);
  const same = parts.filter(({ words }) => words === undefined).map(({ what }) => what);
  if (clear.length === 0) {
    return `${strategy} costs neither more nor less than ${first.strategy} that could be told.`;
  }
  const unclear = same.length > 0 ? `; of ${same.join(" and ")} no difference could be told` : "";
  return `${strategy} costs ${clear.join(" and ")} than ${first.strategy}${unclear}.`;
}

function misfit({ strategy, heldOutError, worst }: CostModel): string {
  const percent = (share: number) => `${(share * 100).toFixed(0)} %`;
  return (
    `The model does not hold for ${strategy}: off by ${percent(heldOutError)} in the median, ` +
    `and by ${percent(worst.error)} at ${worst.point}.\n`
  );
}

function cost({ value, interval }: Cost, scale = 1): string {
  const ns = (figure: number) => (figure * scale).toFixed(Math.abs(figure * scale) < 10 ? 2 : 0);
  const between = interval ? ` [${ns(interval[0])}, ${ns(interval[1])}]` : "";
  return `${ns(value)}${between} ns`;
}
