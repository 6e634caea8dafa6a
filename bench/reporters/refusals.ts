import type { CellResult } from "../result.ts";
import { plural } from "../units.ts";

/**
 * What the audit refuses, a line each. What is said of a whole heat, such as a busy machine, is said once
 * for all of its strategies.
 */
export function refusals(cells: readonly CellResult[]): readonly string[] {
  const failed = cells.flatMap(({ strategy, fixture, connections, side, audit }) =>
    audit
      .filter(({ ok }) => !ok)
      .map(({ check, detail }) => ({
        who: side === undefined ? strategy : `${strategy} (${side})`,
        where: `${fixture}, ${plural(connections, "connection")}: ${check}: ${detail}`,
      })),
  );
  return [...Map.groupBy(failed, ({ where }) => where)].map(
    ([where, own]) => `${own.map(({ who }) => who).join(" ")}, ${where}`,
  );
}

/** How many lines of their audits failed. */
export function refusedChecks(cells: readonly CellResult[]): number {
  return cells.reduce((sum, { audit }) => sum + audit.filter(({ ok }) => !ok).length, 0);
}
