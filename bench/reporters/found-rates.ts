import type { FoundRate } from "../result.ts";
import { formatRate } from "../units.ts";
import { renderTable } from "./table.ts";

/** The highest rates that met an objective, as a table. */
export function renderFoundRates(found: readonly FoundRate[]): string {
  const [first] = found;
  if (first === undefined) return "";
  const headings = [
    "strategy",
    "fixture",
    "connections",
    "highest rate that meets it",
    "misses it",
  ];
  const columns = headings.map((heading, index) => ({
    heading,
    align: index < 2 ? ("left" as const) : ("right" as const),
  }));
  const rows = found.map(({ strategy, fixture, connections, met, missed }) => [
    strategy,
    fixture,
    String(connections),
    formatRate(met),
    formatRate(missed),
  ]);
  return `Open loop, objective ${first.objective}\n${renderTable(columns, rows)}`;
}
