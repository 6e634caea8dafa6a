import { measureTogether, typicalNs } from "../micro/run.ts";
import type { Rival } from "../plan.ts";
import { type PairedLogs, pairedEstimate } from "../stats/paired.ts";
import { seededRandom } from "../stats/random.ts";
import type { Question } from "./gate.ts";

const replicates = 6;
const budgetMs = 7;

/** What a reader by itself took on both sides; by replicate, then by point of the grid. */
export interface MicroMatchSample {
  readonly strategy: string;
  readonly change: PairedLogs;
  readonly noise: PairedLogs;
}

/**
 * Feeds the readers of base, head, and base again from memory, over the whole grid of sizes and
 * chunks, in fresh processes that take turns at each point. A point of the grid counts as a
 * round: the estimate is the median over points, and the mean of that over processes.
 */
export async function raceMicroMatch(
  base: Rival,
  head: Rival,
  random: () => number,
  signal: AbortSignal,
): Promise<MicroMatchSample> {
  const change: number[][] = [];
  const noise: number[][] = [];
  for (let replicate = 0; replicate < replicates && !signal.aborted; replicate++) {
    const arms = [base, head, base].map((rival) => ({ ...rival, budgetMs }));
    const grids = await measureTogether(arms, random, signal);
    const [ofBase, ofHead, again] = grids?.map((points) => points.map(typicalNs)) ?? [];
    if (ofBase === undefined || ofHead === undefined || again === undefined) break;
    const logs = (own: readonly number[], other: readonly number[]) =>
      own.map((ns, at) => Math.log(ns / (other[at] as number)));
    change.push([...logs(ofHead, ofBase), ...logs(ofHead, again)]);
    noise.push(logs(again, ofBase));
  }
  return { strategy: head.strategy, change, noise };
}

/** Share of the chance of a false alarm, as gatedMetrics have theirs. */
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
    weight: microWeight,
    change: estimate,
    noise: pairedEstimate(noise, random),
  };
}
