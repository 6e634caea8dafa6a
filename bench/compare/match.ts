import { clockNs } from "../load/clock.ts";
import type { RaceContext } from "../load/executor.ts";
import { cellSample, raceReplicate } from "../load/race.ts";
import type { CellSample, ReplicateSample } from "../load/sample.ts";
import type { Heat, RaceSettings, Rival } from "../plan.ts";
import { pairedEstimate } from "../stats/paired.ts";
import { seededRandom } from "../stats/random.ts";
import { isPreciseEnough, type Question } from "./gate.ts";
import { type GatedMetric, gatedMetrics, pairedLogs } from "./gated-metrics.ts";

/** One cell to compare: base, head, and base again. */
export interface Match {
  readonly base: Rival;
  readonly head: Rival;
  readonly fixture: string;
  readonly connections: number;
}

export interface MatchSettings {
  /** Time for one cell, all of its arms, replicates and warm-ups. */
  readonly budgetMs: number;
  readonly minEffect: number;
  /** Of all questions that the run will ask: they are corrected together. */
  readonly totalWeight: number;
  readonly race: RaceSettings;
}

/** What was measured of one cell; every arm has the same replicates and rounds. */
export interface MatchSample {
  readonly match: Match;
  readonly base: CellSample;
  readonly head: CellSample;
  readonly noise: CellSample;
  /** Why a process of it was lost, if one was: what came before it stands. */
  readonly fault?: string;
}

/** Below six replicates a standard error is too uncertain to stop on. */
const stopEarlyFrom = 6;
/** So many whatever the budget is: with two or three no change could be found that anybody makes. */
const guaranteedReplicates = 5;

/**
 * Whoever stops when a standard error is small stops more often while it happens to be too small: of 95 %
 * intervals 93.2 to 95 % hold the truth then, of these 95 to 96.6 % (simulated, 6 to 14 replicates).
 */
const confidence = 0.965;

/**
 * Races a match replicate by replicate, until the estimate of every metric but the tail is narrow
 * enough to find an effect that counts, or the budget is spent: never until it is significant. The
 * sizes of differences play no part in when it stops, so that stopping does not bias them.
 */
export async function raceMatch(
  match: Match,
  settings: MatchSettings,
  context: RaceContext,
): Promise<MatchSample> {
  const { base, head, fixture, connections } = match;
  const heat: Heat = { fixture, connections, rivals: [base, head, base] };
  const arms: ReplicateSample[][] = [[], [], []];
  let fault: string | undefined;
  const sample = (): MatchSample => {
    const of = (arm: number) => {
      const measured = { replicates: arms[arm] ?? [], lost: [], hung: false };
      return cellSample(heat, settings.race, context.executor, measured);
    };
    const measured = { match, base: of(0), head: of(1), noise: of(2) };
    return fault === undefined ? measured : { ...measured, fault };
  };
  const beganNs = clockNs();
  for (let replicate = 0; !context.signal.aborted; replicate++) {
    const elapsedMs = (clockNs() - beganNs) / 1e6;
    const nextMs = replicate === 0 ? 0 : elapsedMs / replicate;
    if (replicate >= guaranteedReplicates && elapsedMs + nextMs > settings.budgetMs) break;
    const raced = await raceReplicate(heat, settings.race, replicate, context);
    const whole = raced.flatMap((own) => ("lost" in own || own.slices.length === 0 ? [] : [own]));
    fault = raced.flatMap((own) => ("lost" in own ? [own.lost] : []))[0];
    const complete = whole.length === raced.length;
    if (complete) for (const [arm, own] of whole.entries()) arms[arm]?.push(own);
    if (!complete || (replicate + 1 >= stopEarlyFrom && isPrecise(sample(), settings))) break;
  }
  return sample();
}

function isPrecise(sample: MatchSample, { minEffect, totalWeight }: MatchSettings): boolean {
  return gatedMetrics
    .filter(({ decidesWhenToStop }) => decidesWhenToStop)
    .every((metric) => {
      const question = questionOf(metric, sample, minEffect);
      return question !== undefined && isPreciseEnough(question, totalWeight);
    });
}

/** What one metric of a match asks the gate; undefined where there is too little to ask. */
export function questionOf(
  metric: GatedMetric,
  { base, head, noise }: MatchSample,
  minEffect: number,
): Question | undefined {
  // The interval's resampling is seeded, so that a saved result can be judged again.
  const random = seededRandom(1);
  const change = pairedEstimate(pairedLogs(metric, head, [base, noise]), random, confidence);
  if (change === undefined) return undefined;
  return {
    better: metric.better,
    minEffect: minEffect * metric.marginFactor,
    weight: metric.weight,
    change,
    noise: pairedEstimate(pairedLogs(metric, noise, [base]), random, confidence),
  };
}
