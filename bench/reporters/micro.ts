import type { CellResult } from "../result.ts";
import { formatNs } from "../units.ts";
import { renderTable } from "./table.ts";

/** Points of the grid by strategies: time per response. */
export function renderMicro(cells: readonly CellResult[]): string {
  if (cells.length === 0) return "";
  const strategies = [...new Set(cells.map(({ strategy }) => strategy))];
  const columns = ["response", "chunks", ...strategies].map((heading, index) => ({
    heading,
    align: index === 0 ? ("left" as const) : ("right" as const),
  }));
  const rows = [...Map.groupBy(cells, ({ fixture }) => fixture)].map(([point, own]) => [
    point,
    String(own[0]?.micro?.chunks ?? "-"),
    ...strategies.map((name) => {
      const figure = own.find(({ strategy }) => strategy === name)?.metrics.nsPerResponse;
      return figure === undefined ? "-" : formatNs(figure.value);
    }),
  ]);
  return `Time per response, fed from memory\n${renderTable(columns, rows)}`;
}
