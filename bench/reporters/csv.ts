import { limitOf } from "./figures.ts";
import type { Reporter } from "./reporter.ts";

const headings =
  "strategy,fixture,connections,mode,rate,workers,side,metric,unit,value,low,high,boundBy,valid,pipeline,keptAlive,schedule";

/** A line for each metric of each cell (RFC 4180). */
export const csv: Reporter = {
  name: "csv",
  summary: "a line for each metric of each cell",
  singleDocument: true,
  render({ cells }) {
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
    return `${[headings, ...lines.map((fields) => fields.map(quote).join(","))].join("\r\n")}\r\n`;
  },
};

function quote(field: string | number | boolean): string {
  const text = String(field);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
