import { cellName } from "../cell-name.ts";
import { nsPerResponse } from "../metrics/ns-per-response.ts";
import type { CellResult, Environment, Result } from "../result.ts";
import { seededRandom } from "../stats/random.ts";
import { unpairedEstimate } from "../stats/unpaired.ts";
import type { LeftOut } from "./contest.ts";
import type { Question } from "./gate.ts";
import { gatedMetrics } from "./gated-metrics.ts";

/** A question about one metric of a cell that two results have in common. */
export interface FileQuestion {
  readonly cell: CellResult;
  readonly metric: string;
  readonly question: Question;
}

/** Older results do not say these: so it was then. */
const unsaid = { keptAwake: false, transport: "bun" };

/** What must be the same for two results to be comparable; one line for each that is not. */
export function environmentDifferences(base: Environment, head: Environment): string[] {
  const keys = [
    "runtimeVersion",
    "os",
    "kernel",
    "arch",
    "cpu",
    "cores",
    "memoryBytes",
    "boundToCores",
    "keptAwake",
    "transport",
    "server",
  ] as const;
  const before = { ...unsaid, ...base };
  const after = { ...unsaid, ...head };
  return keys
    .filter((key) => before[key] !== after[key])
    .map((key) => `${key}: ${before[key]} and ${after[key]}`);
}

const askedMetrics = [...gatedMetrics, { ...nsPerResponse, marginFactor: 1, weight: 8 } as const];

/**
 * The gated metrics of every cell that both results have; micro results have one of their own. Of comparisons
 * the heads are compared.
 */
export function fileQuestions(base: Result, head: Result, minEffect: number): FileQuestion[] {
  const random = seededRandom(1);
  return head.cells.filter(isMeant).flatMap((cell) => {
    const other = counterpartOf(cell, base);
    if (other === undefined) return [];
    return askedMetrics.flatMap(({ key, better, marginFactor, weight }) => {
      const change = unpairedEstimate(valuesOf(other, key), valuesOf(cell, key), random);
      if (change === undefined) return [];
      const question = {
        better,
        minEffect: minEffect * marginFactor,
        weight,
        change,
        noise: undefined,
      };
      return [{ cell, metric: key, question }];
    });
  });
}

/** Of a comparison's cells those of head. */
function isMeant({ side }: CellResult): boolean {
  return side === undefined || side === "head";
}

/** Why what two results have in common does not say whether head is as good as base; undefined if it does. */
export function whyIncomplete(base: NamedResult, head: NamedResult): string | undefined {
  for (const { path, result } of [base, head]) {
    if (result.interrupted) return `${path} is of a run that was interrupted`;
    if (result.fault !== undefined) return `${path} is of a run that broke off: ${result.fault}`;
  }
  const inHead = new Set(head.result.cells.map(cellKey));
  const missing = base.result.cells.filter((cell) => !inHead.has(cellKey(cell)));
  if (missing.length > 0) {
    return `${head.path} lacks ${missing.map(cellName).join(", ")}, which ${base.path} has`;
  }
  const gone = head.result.cells.flatMap((cell) => unansweredOf(cell, base.result));
  if (gone.length > 0) return `${head.path} does not tell ${gone.join("; ")}, as ${base.path} does`;
  const invalid = base.result.cells.filter(({ valid }) => !valid);
  if (invalid.length > 0) {
    return `the audit of ${base.path} refuses ${invalid.map(cellName).join(", ")}`;
  }
  return undefined;
}

/** Cells of head that have no counterpart: nothing says whether they became slower. */
export function cellsBeyond(base: NamedResult, { cells }: Result): LeftOut {
  return cells
    .filter(isMeant)
    .filter((cell) => counterpartOf(cell, base.result) === undefined)
    .map((cell) => ({ what: cellName(cell), why: `${base.path} has no such cell` }));
}

/** Metrics of a cell that base has, and head has not: of fewer than two replicates above 0. */
function unansweredOf(cell: CellResult, base: Result): string[] {
  const other = counterpartOf(cell, base);
  if (other === undefined) return [];
  const usable = (values: readonly number[]) => values.filter((value) => value > 0).length > 1;
  const missing = askedMetrics.filter(
    ({ key }) => usable(valuesOf(other, key)) && !usable(valuesOf(cell, key)),
  );
  return missing.length > 0
    ? [`${missing.map(({ key }) => key).join(", ")} of ${cellName(cell)}`]
    : [];
}

function counterpartOf(cell: CellResult, { cells }: Result): CellResult | undefined {
  return cells.find((candidate) => cellKey(candidate) === cellKey(cell));
}

/** A result and the file that it comes from. */
export interface NamedResult {
  readonly path: string;
  readonly result: Result;
}

/** The cells of a result in words: the first three, and how many more. */
export function cellNames({ cells }: Result): string {
  const names = cells.slice(0, 3).map(cellName).join(", ");
  return cells.length > 3 ? `${names} and ${cells.length - 3} more` : names || "none";
}

function cellKey(cell: CellResult): string {
  const { strategy, fixture, connections, side } = cell;
  const { mode, rate, schedule, workers, keptAlive, pipeline } = cell;
  const load = [connections, mode, rate, schedule, workers, keptAlive, pipeline];
  return JSON.stringify([strategy, fixture, ...load, side]);
}

function valuesOf({ replicates }: CellResult, key: string): number[] {
  return replicates.flatMap((own) => own[key] ?? []);
}
