import { foundRateMeasure } from "../cell-name.ts";
import { limitOf } from "./figures.ts";
import type { Reporter } from "./reporter.ts";

const headings =
  "strategy,fixture,connections,mode,rate,workers,side,metric,unit,value,low,high,boundBy,valid,pipeline,keptAlive,schedule";

/** A line for each metric of each cell (RFC 4180). */
export const csv: Reporter = {
  name: "csv",
  summary: "a line for each metric of each cell",
  singleDocument: true,
  render({ cells, foundRates = [] }) {
    const lines = cells.flatMap((cell) =>
      Object.entries(cell.metrics).map(([key, { unit, value, interval }]) => [
        cell.strategy,
        cell.fixture,
        cell.connections,
        cell.mode,
        cell.rate ?? "",
        cell.workers,
        cell.side ?? "",
        key,
        unit,
        value,
        interval?.[0] ?? "",
        interval?.[1] ?? "",
        limitOf(cell),
        cell.valid,
        cell.pipeline ?? 1,
        cell.keptAlive,
        cell.schedule ?? "",
      ]),
    );
    const found = foundRates.flatMap(({ strategy, fixture, connections, met }) =>
      met === undefined ? [] : [foundLine(strategy, fixture, connections, met)],
    );
    return `${[headings, ...[...lines, ...found].map((fields) => fields.map(quote).join(","))].join("\r\n")}\r\n`;
  },
};

/** The highest rate that met the objective of a search, whose trials are the cells. */
function foundLine(strategy: string, fixture: string, connections: number, met: number) {
  const before = [strategy, fixture, connections, "open", "", "", ""];
  return [...before, foundRateMeasure, "1/s", met, "", "", "", "", "", "", ""];
}

function quote(field: string | number | boolean): string {
  const text = String(field);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
