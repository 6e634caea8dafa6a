import { cellResults } from "../cell-result.ts";
import type { CompareConfig } from "../flags/compare.ts";
import type { Io } from "../io.ts";
import type { RaceContext } from "../load/executor.ts";
import { processExecutor } from "../load/process-executor.ts";
import { nsPerResponse } from "../metrics/ns-per-response.ts";
import { canBeFed } from "../micro/readers.ts";
import { mostWarmUpMs, type RaceSettings, usualRace } from "../plan.ts";
import { createProgress, heatName } from "../progress.ts";
import type { CellResult, Comparison, Environment, Result } from "../result.ts";
import type { PairedLogs } from "../stats/paired.ts";
import { seededRandom } from "../stats/random.ts";
import { checkLimits } from "../system/limits.ts";
import { ownTarget } from "../target/target.ts";
import { warmServer } from "../target/warm-server.ts";
import { comparisonOf } from "./comparison.ts";
import { type LiveSubjects, setUp } from "./contest.ts";
import { judge, type Question } from "./gate.ts";
import { gatedMetrics, pairedLogs } from "./gated-metrics.ts";
import { type Match, type MatchSample, questionOf, raceMatch } from "./match.ts";
import {
  type MicroMatchSample,
  microQuestion,
  microReplicates,
  microWeight,
  raceMicroMatch,
} from "./micro-match.ts";

/** All that a comparison has found, whole or broken off by `fault`. */
export interface ComparisonOutcome {
  readonly cells: readonly CellResult[];
  readonly comparisons: readonly Comparison[];
  readonly compared: NonNullable<Result["compared"]>;
  /** Of the machine that measured, where that was not this run. */
  readonly environment?: Environment;
  readonly fault?: unknown;
}

/** Turns so short that what disturbs the machine disturbs base and head alike. */
const sliceMs = 20;
const rounds = 45;
const warmUpMs = 400;

/** Races base, head, and base again, cell by cell, and judges all cells together. */
export async function compareLive(
  subjects: LiveSubjects,
  config: CompareConfig,
  io: Io,
): Promise<ComparisonOutcome> {
  checkLimits(Math.max(...config.connections), 3, true);
  const { base, head, matches, leftOut } = await setUp(subjects, config, io.signal);
  const compared = {
    base: base.name,
    head: head.name,
    ...(leftOut.length > 0 && { leftOut }),
  };
  const samples: MatchSample[] = [];
  const microSamples: MicroMatchSample[] = [];
  let fault: unknown;
  try {
    const random = seededRandom(config.seed);
    // First: a reader that does not read what it should is known after a second.
    for (const own of matchesOfReaders(matches)) {
      if (io.signal.aborted) break;
      const replicates = microReplicates(config.budgetMs);
      microSamples.push(
        ...(await raceMicroMatch(own.base, own.head, replicates, random, io.signal)),
      );
    }
    await raceAll(matches, config, io, (sample) => samples.push(sample));
  } catch (error) {
    fault = error;
  } finally {
    base.checkout?.remove();
    head.checkout?.remove();
  }
  const measured = samples.filter((sample) => sample.head.replicates.length > 0);
  const cells = measured.flatMap(cellsOf);
  const comparisons = judgeAll(measured, microSamples, compared.base, config);
  return { cells, comparisons, compared, ...(fault !== undefined && { fault }) };
}

async function raceAll(
  matches: readonly Match[],
  config: CompareConfig,
  io: Io,
  onSample: (sample: MatchSample) => void,
): Promise<void> {
  const target = await ownTarget(config.source, config.fixtures);
  const progress = createProgress(io.err, matches.length, { stepsAreLong: true });
  try {
    const race = raceSettings(config);
    const context: RaceContext = {
      executor: processExecutor(target, race),
      random: seededRandom(config.seed),
      signal: io.signal,
    };
    await warmServer(config.fixtures, warmUpMs, context);
    const { budgetMs, minEffect } = config;
    const totalWeight =
      matches.length * gatedMetrics.reduce((sum, { weight }) => sum + weight, 0) +
      matchesOfReaders(matches).length * microWeight;
    for (const match of matches) {
      if (io.signal.aborted) break;
      progress.step(heatName({ ...match, rivals: [match.head] }));
      const settings = { budgetMs, minEffect, totalWeight, race };
      const sample = await raceMatch(match, settings, context);
      onSample(sample);
      if (sample.fault !== undefined) throw new Error(sample.fault);
    }
  } finally {
    progress.done();
    await target.stop();
  }
}

function raceSettings({ seed, transport }: CompareConfig): RaceSettings {
  return {
    ...usualRace,
    durationMs: sliceMs * rounds,
    warmUpMs,
    mostWarmUpMs,
    // The noise arm shows what other load does to the verdicts.
    watchMachine: false,
    sliceMs,
    replicates: 1,
    transport,
    seed,
  };
}

function cellsOf({ match, base, head, noise }: MatchSample): CellResult[] {
  const { fixture, connections } = match;
  const arms = [
    { side: "base", rival: match.base, sample: base },
    { side: "head", rival: match.head, sample: head },
    { side: "noise", rival: match.base, sample: noise },
  ] as const;
  return arms.flatMap(({ side, rival, sample }) =>
    cellResults({ fixture, connections, rivals: [rival] }, [sample]).map((cell) => ({
      ...cell,
      side,
    })),
  );
}

/**
 * Matches of the same two readers are one match where there is no socket; those that cannot be fed
 * from memory are in none.
 */
function matchesOfReaders(matches: readonly Match[]): readonly Match[] {
  const pairs = Map.groupBy(matches, ({ base, head }) => `${base.strategy} ${head.strategy}`);
  return [...pairs.values()].flatMap(([first]) =>
    first && canBeFed(first.base.strategy) && canBeFed(first.head.strategy) ? [first] : [],
  );
}

/** Something asked, and where its answer belongs. */
interface Asked {
  readonly subject: Pick<CellResult, "strategy" | "fixture" | "connections">;
  readonly metric: string;
  readonly question: Question;
  readonly logs: PairedLogs;
}

function judgeAll(
  samples: readonly MatchSample[],
  microSamples: readonly MicroMatchSample[],
  baseName: string,
  { minEffect }: CompareConfig,
): Comparison[] {
  const asked: readonly Asked[] = [
    ...samples.flatMap((sample) => askOverSockets(sample, minEffect)),
    ...microSamples.flatMap((sample) => askOfReader(sample, minEffect)),
  ];
  const answers = judge(asked.map(({ question }) => question));
  return asked.flatMap(({ subject, metric, question, logs }, index) => {
    const answer = answers[index];
    return answer ? [comparisonOf(subject, baseName, metric, question, answer, logs)] : [];
  });
}

function askOverSockets(sample: MatchSample, minEffect: number): Asked[] {
  const { match, head, base, noise } = sample;
  const { fixture, connections } = match;
  const subject = { strategy: match.head.strategy, fixture, connections };
  return gatedMetrics.flatMap((metric) => {
    const question = questionOf(metric, sample, minEffect);
    const logs = pairedLogs(metric, head, [base, noise]);
    return question ? [{ subject, metric: metric.key, question, logs }] : [];
  });
}

function askOfReader(sample: MicroMatchSample, minEffect: number): Asked[] {
  const subject = {
    strategy: sample.strategy,
    fixture: `from memory, ${sample.arrival}`,
    connections: 1,
  };
  const question = microQuestion(sample, minEffect);
  return question ? [{ subject, metric: nsPerResponse.key, question, logs: sample.change }] : [];
}
