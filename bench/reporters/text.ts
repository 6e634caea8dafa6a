import type { CellResult } from "../result.ts";
import { plural } from "../units.ts";
import { renderComparison } from "./comparison-text.ts";
import { conclude } from "./conclusion.ts";
import { renderCostModels } from "./cost-models.ts";
import { renderCurves } from "./curve.ts";
import { renderFoundRates } from "./found-rates.ts";
import { header } from "./header.ts";
import { groupByHeat, renderHeat } from "./heat.ts";
import { renderMicro } from "./micro.ts";
import { concludePeers, renderPeerHeat } from "./peers.ts";
import { refusals, refusedChecks } from "./refusals.ts";
import type { Reporter } from "./reporter.ts";

export const text: Reporter = {
  name: "text",
  summary: "tables and a conclusion for people",
  render(result) {
    const heats = groupByHeat(result.cells);
    if (result.foundRates !== undefined) {
      // The cells are trials, most of which were meant to fail.
      return `${header(result)}\n${renderFoundRates(result.foundRates)}`;
    }
    if (result.kind === "compare") {
      const parts = [header(result), renderComparison(result), ...invalidCells(result.cells)];
      return parts.join("\n");
    }
    if (result.kind === "peers") {
      const tables = heats.map((cells) => renderPeerHeat(cells, result.comparisons ?? []));
      const ends = [...invalidCells(result.cells), concludePeers(result)];
      return [header(result), ...tables, ...ends].join("\n");
    }
    const parts = [
      header(result),
      ...(result.kind === "micro"
        ? [renderMicro(result.cells)]
        : heats.map((cells) => renderHeat(cells, result.comparisons ?? []))),
      ...renderCurves(result.cells),
      renderCostModels(result.costModels ?? []),
      ...invalidCells(result.cells),
      conclude(result),
    ];
    return `${parts.filter((part) => part !== "").join("\n")}`;
  },
};

function invalidCells(cells: readonly CellResult[]): string[] {
  const lines = refusals(cells).map((line) => `  INVALID ${line}\n`);
  return lines.length > 0
    ? [`The audit refuses ${plural(refusedChecks(cells), "check")}:\n${lines.join("")}`]
    : [];
}
