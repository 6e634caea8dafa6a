import type { CellResult, Comparison, Result } from "../result.ts";

/** The names of both sides; of strategies that are compared, those of their cells. */
type Compared = NonNullable<Result["compared"]>;

/**
 * Comparisons as their audit leaves them: of cells that it refuses, in whatever arm, nothing can be told.
 * The readers alone, which have no cell, are judged as they were.
 */
export function withholdRefused(
  comparisons: readonly Comparison[],
  cells: readonly CellResult[],
  compared: Compared,
): Comparison[] {
  const matches = matchesOf(cells, compared);
  return comparisons.map((comparison) => {
    const own = matches.get(nameOf(comparison)) ?? [];
    if (own.every(({ valid }) => valid)) return comparison;
    const refused = own.filter(({ valid }) => !valid).map(({ side, strategy }) => side ?? strategy);
    const reason = isMachine(own)
      ? "the machine stood still, for base as well"
      : `the audit refuses ${refused.join(" and ")}`;
    return { ...comparison, verdict: "inconclusive", reason };
  });
}

/**
 * Whether the audit refuses cells for another reason than a machine that stood still while it ran base as
 * well: that is noise, as base beside base shows, and no more than inconclusive.
 */
export function isRefused(cells: readonly CellResult[], compared: Compared): boolean {
  return [...matchesOf(cells, compared).values()].some(
    (own) => own.some(({ valid }) => !valid) && !isMachine(own),
  );
}

/** Where only head stands still, its client may be why. */
function isMachine(match: readonly CellResult[]): boolean {
  const failed = match.flatMap(({ side, audit }) =>
    audit.flatMap(({ check, ok }) => (ok ? [] : [{ side, check }])),
  );
  return (
    failed.every(({ check }) => check === "event-loop") &&
    failed.some(({ side }) => side === "base" || side === "noise")
  );
}

/** All arms of each match. */
function matchesOf(
  cells: readonly CellResult[],
  { base, head }: Compared,
): Map<string, CellResult[]> {
  return Map.groupBy(cells, (cell) =>
    nameOf(cell.strategy === base ? { ...cell, strategy: head } : cell),
  );
}

function nameOf({
  strategy,
  fixture,
  connections,
}: Pick<CellResult, "strategy" | "fixture" | "connections">): string {
  return JSON.stringify([strategy, fixture, connections]);
}
