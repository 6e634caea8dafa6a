import { arrivalOf, arrivals, shapes } from "../micro/grid.ts";
import { measureTogether, typicalNs } from "../micro/run.ts";
import { type Rival, usualBudgetMs } from "../plan.ts";
import { type PairedLogs, pairedEstimate } from "../stats/paired.ts";
import { seededRandom } from "../stats/random.ts";
import type { Question } from "./gate.ts";

const fewestReplicates = 6;
const pointMs = 7;

/** What a reader by itself took on both sides, of responses that come in one way. */
export interface MicroMatchSample {
  readonly strategy: string;
  readonly arrival: (typeof arrivals)[number];
  /** By replicate, then by point of the grid. */
  readonly change: PairedLogs;
  readonly noise: PairedLogs;
}

/**
 * Feeds the readers of base, head, and base again from memory, over the whole grid of sizes and
 * chunks, in fresh processes that take turns at each point. A point of the grid counts as a
 * round: the estimate is the median over points, and the mean of that over processes. Points at which
 * responses come in another way are another question: the median would not see what few of them take.
 */
export async function raceMicroMatch(
  base: Rival,
  head: Rival,
  replicates: number,
  random: () => number,
  signal: AbortSignal,
): Promise<readonly MicroMatchSample[]> {
  const change: number[][][] = arrivals.map(() => []);
  const noise: number[][][] = arrivals.map(() => []);
  for (let replicate = 0; replicate < replicates && !signal.aborted; replicate++) {
    const arms = [
      { ...base, name: `${base.strategy} (base)`, budgetMs: pointMs },
      { ...head, name: `${head.strategy} (head)`, budgetMs: pointMs },
      { ...base, name: `${base.strategy} (base)`, budgetMs: pointMs },
    ];
    const grids = await measureTogether(arms, random, signal);
    const [ofBase, ofHead, again] = grids?.map((points) => points.map(typicalNs)) ?? [];
    if (ofBase === undefined || ofHead === undefined || again === undefined) break;
    for (const [index, arrival] of arrivals.entries()) {
      const logs = (own: readonly number[], other: readonly number[]) =>
        shapes.flatMap((shape, at) =>
          arrivalOf(shape) === arrival
            ? [Math.log((own[at] as number) / (other[at] as number))]
            : [],
        );
      change[index]?.push([...logs(ofHead, ofBase), ...logs(ofHead, again)]);
      noise[index]?.push(logs(again, ofBase));
    }
  }
  return arrivals.map((arrival, index) => ({
    strategy: head.strategy,
    arrival,
    change: change[index] ?? [],
    noise: noise[index] ?? [],
  }));
}

/** Fresh processes of each arm: with more time for a cell there are more. */
export function microReplicates(budgetMs: number): number {
  return Math.max(fewestReplicates, Math.round((fewestReplicates * budgetMs) / usualBudgetMs));
}

/** Share of the chance of a false alarm, as gatedMetrics have theirs, of all questions of a reader. */
export const microWeight = 2;

export function microQuestion(
  { change, noise }: MicroMatchSample,
  minEffect: number,
): Question | undefined {
  const random = seededRandom(1);
  const estimate = pairedEstimate(change, random);
  if (estimate === undefined) return undefined;
  return {
    better: "lower",
    minEffect,
    weight: microWeight / arrivals.length,
    change: estimate,
    noise: pairedEstimate(noise, random),
  };
}
