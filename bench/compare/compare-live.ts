import { cellResults } from "../cell-result.ts";
import type { CompareConfig, CompareSubjects } from "../compare-options.ts";
import { describeGit } from "../environment.ts";
import { UserError } from "../errors.ts";
import type { Io } from "../io.ts";
import { checkLimits } from "../limits.ts";
import type { Executor } from "../load/executor.ts";
import { processExecutor } from "../load/process-executor.ts";
import { canBeFed } from "../micro/readers.ts";
import { mostWarmUpMs, type RaceSettings, type Rival, sameTimeouts } from "../plan.ts";
import { createProgress } from "../progress.ts";
import type { CellResult, Comparison, Environment, Result, sides } from "../result.ts";
import type { PairedLogs } from "../stats/paired.ts";
import { seededRandom } from "../stats/random.ts";
import { ownTarget } from "../target.ts";
import { warmServer } from "../warm-server.ts";
import { type Checkout, checkOut, resolveRevision } from "./checkout.ts";
import { comparisonOf } from "./comparison.ts";
import { judge, type Question } from "./gate.ts";
import { gatedMetrics, pairedLogs } from "./gated-metrics.ts";
import { type Match, type MatchSample, questionOf, raceMatch } from "./match.ts";
import {
  type MicroMatchSample,
  microQuestion,
  microWeight,
  raceMicroMatch,
} from "./micro-match.ts";

/** All that a comparison has found, whole or broken off by `fault`. */
export interface LiveComparison {
  readonly cells: readonly CellResult[];
  readonly comparisons: readonly Comparison[];
  readonly compared: NonNullable<Result["compared"]>;
  /** Of the machine that measured, where that was not this run. */
  readonly environment?: Environment;
  readonly fault?: unknown;
}

type LiveSubjects = Exclude<CompareSubjects, { kind: "files" }>;

/** Turns so short that what disturbs the machine disturbs base and head alike . */
const sliceMs = 20;
const rounds = 45;
const warmUpMs = 400;

/** Both sides of what is compared, with names for people, and what is to be removed afterwards. */
interface Contest {
  readonly base: { readonly name: string; readonly checkout?: Checkout };
  readonly head: { readonly name: string; readonly checkout?: Checkout };
  readonly matches: readonly Match[];
}

/** Races base, head, and base again, cell by cell, and judges all cells together. */
export async function compareLive(
  subjects: LiveSubjects,
  config: CompareConfig,
  io: Io,
): Promise<LiveComparison> {
  checkLimits(Math.max(...config.connections), 3, true);
  const contest = setUp(subjects, config);
  const { base, head, matches } = contest;
  const compared = { base: base.name, head: head.name };
  const samples: MatchSample[] = [];
  const microSamples: MicroMatchSample[] = [];
  let fault: unknown;
  try {
    await raceAll(matches, config, io, (sample) => samples.push(sample));
    const random = seededRandom(config.seed);
    for (const own of matchesOfReaders(matches)) {
      if (io.signal.aborted) break;
      microSamples.push(await raceMicroMatch(own.base, own.head, random, io.signal));
    }
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

function setUp(subjects: LiveSubjects, config: CompareConfig): Contest {
  const cells = config.fixtures.flatMap((fixture) =>
    config.connections.map((connections) => ({ fixture, connections })),
  );
  if (subjects.kind === "strategies") {
    const base: Rival = { strategy: subjects.base };
    const head: Rival = { strategy: subjects.head };
    const matches = cells.map((cell) => ({ ...cell, base, head }));
    return { base: { name: subjects.base }, head: { name: subjects.head }, matches };
  }
  const baseRevision = resolveRevision(subjects.base);
  const headRevision = subjects.head && resolveRevision(subjects.head);
  const base = checkOut(baseRevision);
  const head = headRevision ? checkOutBeside(base, headRevision) : undefined;
  const checkouts = head === undefined ? [base] : [base, head];
  try {
    for (const checkout of checkouts) refuseUnknown(config.strategies, checkout);
  } catch (error) {
    for (const checkout of checkouts) checkout.remove();
    throw error;
  }
  const matches = config.strategies.flatMap((strategy) =>
    cells.map((cell) => ({
      ...cell,
      base: { strategy, checkout: base.folder },
      head: head ? { strategy, checkout: head.folder } : { strategy },
    })),
  );
  return {
    base: { name: short(subjects.base, baseRevision), checkout: base },
    head: head
      ? { name: short(subjects.head ?? "", head.revision), checkout: head }
      : { name: workTree() },
    matches,
  };
}

function refuseUnknown(wanted: readonly string[], { revision, strategies }: Checkout): void {
  const unknown = wanted.find((name) => !strategies.includes(name));
  if (unknown === undefined) return;
  const known = strategies.filter((name) => wanted.includes(name)).join(",");
  const hint = known === "" ? "there is nothing to compare" : `-s ${known} leaves it out`;
  throw new UserError(`${revision.slice(0, 8)} has no strategy "${unknown}"; ${hint}`);
}

function workTree(): string {
  const git = describeGit();
  if (git === undefined) return "the work tree";
  return `the work tree (${git.revision.slice(0, 8)}${git.dirty ? " with changes" : ""})`;
}

/** The second checkout; the first must not stay behind when it fails. */
function checkOutBeside(first: Checkout, revision: string): Checkout {
  try {
    return checkOut(revision);
  } catch (error) {
    first.remove();
    throw error;
  }
}

function short(name: string, revision: string): string {
  const hash = revision.slice(0, 8);
  return name === hash || revision.startsWith(name) ? hash : `${name} (${hash})`;
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
    const executor: Executor = processExecutor(target, race);
    const random = seededRandom(config.seed);
    await warmServer(config.fixtures, warmUpMs, executor, io.signal);
    const { budgetMs, minEffect } = config;
    const totalWeight =
      matches.length * gatedMetrics.reduce((sum, { weight }) => sum + weight, 0) +
      matchesOfReaders(matches).length * microWeight;
    for (const match of matches) {
      if (io.signal.aborted) break;
      progress.step({ ...match, rivals: [match.head] });
      const settings = { budgetMs, minEffect, totalWeight, race };
      onSample(await raceMatch(match, settings, executor, random, io.signal));
    }
  } finally {
    progress.done();
    await target.stop();
  }
}

function raceSettings({ seed, transport }: CompareConfig): RaceSettings {
  return {
    durationMs: sliceMs * rounds,
    requests: undefined,
    warmUpMs,
    mostWarmUpMs,
    workers: 1,
    mayExceedRate: true,
    open: undefined,
    // The noise arm shows what other load does to the verdicts.
    watchMachine: false,
    sliceMs,
    replicates: 1,
    reading: "message",
    pipeline: 1,
    transport,
    timeouts: sameTimeouts(10_000),
    seed,
  };
}

function cellsOf({ match, base, head, noise }: MatchSample): CellResult[] {
  const { fixture, connections } = match;
  const rivals = [match.base, match.head, match.base];
  return cellResults({ fixture, connections, rivals }, [base, head, noise]).map((cell, index) => ({
    ...cell,
    side: (["base", "head", "noise"] as const satisfies readonly (typeof sides)[number][])[
      index
    ] as (typeof sides)[number],
  }));
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
  const subject = { strategy: sample.strategy, fixture: "from memory", connections: 1 };
  const question = microQuestion(sample, minEffect);
  return question ? [{ subject, metric: "nsPerResponse", question, logs: sample.change }] : [];
}
