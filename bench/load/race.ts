import { asError } from "../../src/errors.ts";
import { type Heat, type RaceSettings, scheduleOf } from "../plan.ts";
import { shuffled } from "../stats/random.ts";
import type { Executor, Generator } from "./executor.ts";
import type { SliceLength, WarmUpPhase } from "./messages.ts";
import { type Pace, slowestOf } from "./pace.ts";
import type { Stage } from "./pacer.ts";
import type { CellSample, LostReplicate, ReplicateSample, SliceSample } from "./sample.ts";
import { shareOf, startGroup } from "./workers.ts";

/**
 * A slice spans at least so many mean service times, so that it holds several rounds of answers; and as
 * long as the longest take, since it settles for so long.
 */
const roundsPerSlice = 10;

export type RaceProgress = (heat: Heat, replicate: number) => void;

/**
 * Races the strategies of one heat: in every replicate a fresh process for each, which take turns in
 * short slices whose order is drawn anew each round. Returns one sample a strategy, in their order.
 * Stops early, with what has been measured, when `signal` is aborted.
 */
export async function race(
  heat: Heat,
  settings: RaceSettings,
  executor: Executor,
  random: () => number,
  signal: AbortSignal,
  onReplicate: (heat: Heat) => void = () => {},
): Promise<readonly CellSample[]> {
  const replicates: ReplicateSample[][] = heat.rivals.map(() => []);
  const lost: string[][] = heat.rivals.map(() => []);
  for (let replicate = 0; replicate < settings.replicates && !signal.aborted; replicate++) {
    onReplicate(heat);
    const samples = await raceReplicate(heat, settings, replicate, executor, random, signal);
    for (const [index, sample] of samples.entries()) {
      if ("lost" in sample) lost[index]?.push(sample.lost);
      else if (sample.slices.length > 0) replicates[index]?.push(sample);
    }
    if (samples.some((sample) => !("lost" in sample) && sample.slices.some(isDead))) break;
  }
  const conditions = {
    connections: heat.connections,
    pipeline: settings.pipeline,
    mode: settings.open === undefined ? ("closed" as const) : ("open" as const),
    workers: settings.workers,
    ...(settings.open && scheduleOf(settings.open)),
    keptAlive: settings.reading === "message",
  };
  return replicates.map((own, index) => ({
    ...conditions,
    replicates: own,
    lost: lost[index] ?? [],
  }));
}

/** A rival's process in one replicate, what it has measured, and why it is gone if it is. */
interface Contestant {
  /** Undefined where it could not be started. */
  readonly generator: Generator | undefined;
  readonly slices: SliceSample[];
  lost?: Error;
}

/**
 * One replicate: a fresh process for each rival, and their turns. A process that ends before its time
 * takes only its own figures with it; the others race on.
 */
export async function raceReplicate(
  { rivals, fixture, connections }: Heat,
  settings: RaceSettings,
  replicate: number,
  executor: Executor,
  random: () => number,
  signal: AbortSignal,
): Promise<readonly (ReplicateSample | LostReplicate)[]> {
  const contestants: Contestant[] = [];
  const watched = executor.watchMachine();
  const serverBeforeNs = await executor.serverCpuNs();
  const stop = () => {
    for (const { generator } of contestants) generator?.stop();
  };
  signal.addEventListener("abort", stop);
  try {
    for (const rival of rivals) {
      const { workers } = settings;
      contestants.push(
        await startGroup(executor, rival, fixture, connections, workers).then(
          (generator) => ({ generator, slices: [] }),
          (error: unknown) => ({ generator: undefined, slices: [], lost: asError(error) }),
        ),
      );
    }
    await takeTurns(contestants, settings, replicate, random, signal);
    const recordings = await Promise.all(
      contestants.map((contestant) => unlessLost(contestant, ({ finish }) => finish())),
    );
    const serverNs = await sinceNs(executor, serverBeforeNs);
    // What a lost process has used is known to nobody.
    const ownNs = recordings.reduce(
      (sum, recording) => sum + (recording?.processCpuNs ?? Number.NaN),
      0,
    );
    const shared = {
      ...(settings.watchMachine && { machine: watched() }),
      ...(serverNs !== undefined && !Number.isNaN(ownNs) && { racingCpuNs: ownNs + serverNs }),
    };
    return contestants.map(({ slices, lost }, index) => {
      const recording = recordings[index];
      return recording === undefined
        ? { lost: lost?.message ?? "it recorded nothing" }
        : { recording, slices, ...shared };
    });
  } finally {
    signal.removeEventListener("abort", stop);
    await Promise.all(contestants.map(({ generator }) => generator?.abandon()));
  }
}

/** Warm-ups, then slices, in an order that is drawn anew each round. */
async function takeTurns(
  contestants: readonly Contestant[],
  settings: RaceSettings,
  replicate: number,
  random: () => number,
  signal: AbortSignal,
): Promise<void> {
  const paces: Pace[] = [];
  for (const contestant of shuffled(contestants, random)) {
    if (signal.aborted) break;
    const pace = await unlessLost(contestant, ({ warmUp }) => warmUp(planWarmUp(settings)));
    if (pace !== undefined) paces.push(pace);
  }
  for (const length of planSlices(settings, replicate, contestants.length, slowestOf(paces))) {
    if (signal.aborted || contestants.some(({ slices }) => slices.some(isDead))) break;
    for (const contestant of shuffled(contestants, random)) {
      if (signal.aborted) break;
      const sample = await unlessLost(contestant, ({ slice }) => slice(length));
      if (sample !== undefined && hasMeasured(sample)) contestant.slices.push(sample);
    }
  }
}

/** A slice that was cut short may have none; where nothing was due, its time counts all the same. */
function hasMeasured({ requests, unsent, windowNs }: SliceSample): boolean {
  const isOpen = unsent !== undefined;
  return isOpen ? windowNs > 0 : requests.issued > 0;
}

/** What a contestant's process does; undefined once it is gone. */
async function unlessLost<T>(
  contestant: Contestant,
  act: (generator: Generator) => Promise<T>,
): Promise<T | undefined> {
  const { generator, lost } = contestant;
  if (generator === undefined || lost !== undefined) return undefined;
  try {
    return await act(generator);
  } catch (error) {
    contestant.lost = asError(error);
    return undefined;
  }
}

async function sinceNs(
  executor: Executor,
  beforeNs: number | undefined,
): Promise<number | undefined> {
  const afterNs = await executor.serverCpuNs();
  return beforeNs === undefined || afterNs === undefined ? undefined : afterNs - beforeNs;
}

/** Nothing but failures: what comes after would be no different. */
function isDead({ completed, requests }: SliceSample): boolean {
  return completed === 0 && requests.failed > 0;
}

/**
 * What ends one slice and begins the next is compiled only once it has happened a few times; and whether
 * the compilers rest is told by a whole slice, so that short ones waste less.
 */
const closedWarmUpSlices = 8;
/** An open loop's end may wait for the driver's next look at it. */
const openWarmUpSlices = 4;

/**
 * At full speed, so that the JIT compilers have soon seen enough of the clients; and before an open
 * loop, or in place of that where nobody may send more than its rate, in one like it, whose own code
 * would else be compiled while it is measured: that held up 2 % of the first second. In several slices,
 * since the end of the first makes the compilers drop what they took to be constant; and in more, up to
 * `mostWarmUpMs`, where they take longer.
 */
export function planWarmUp(settings: RaceSettings): readonly WarmUpPhase[] {
  const { warmUpMs, mostWarmUpMs, open, mayExceedRate, seed } = settings;
  if (warmUpMs === 0) return [];
  const countsOf = (least: number) => {
    const most = Math.max(least, Math.floor((least * mostWarmUpMs) / warmUpMs));
    return { least, most };
  };
  const closed = { kind: "time", windowMs: warmUpMs / closedWarmUpSlices } as const;
  const fullSpeed: WarmUpPhase = { slice: closed, ...countsOf(closedWarmUpSlices) };
  const rate = open?.stages[0]?.rate;
  if (open === undefined || rate === undefined) return [fullSpeed];
  const stages = [{ durationMs: warmUpMs / openWarmUpSlices, rate }];
  const plan = { kind: open.arrivals, stages, seed };
  const slice = { kind: "open", plan, share: { index: 0, of: 1 } } as const;
  if (!mayExceedRate) return [{ slice, ...countsOf(openWarmUpSlices) }];
  return [fullSpeed, { slice, least: openWarmUpSlices, most: openWarmUpSlices }];
}

/** Replicates go on where the one before has left off: 10/s are 10 in a second, whatever it is cut into. */
function phaseOf(stages: readonly Stage[], replicate: number): number {
  const before =
    replicate * stages.reduce((sum, own) => sum + (own.rate * own.durationMs) / 1000, 0);
  const phase = Math.ceil(before) - before;
  // A whole number may come out as a little more.
  return phase > 1 - 1e-6 ? 0 : phase;
}

/** The slices of one replicate: equal stretches of its share of the time, or of the requests. */
export function planSlices(
  { durationMs, requests, replicates, open, seed, sliceMs }: RaceSettings,
  replicate: number,
  rivals: number,
  { meanNs, longNs }: Pace,
): readonly SliceLength[] {
  const count = requests === undefined ? undefined : shareOf(requests, replicates, replicate);
  if (count === 0) return [];
  if (open !== undefined) {
    const stages =
      count === undefined
        ? open.stages
        : open.stages.map(({ rate }) => ({ rate, durationMs: (count / rate) * 1000 }));
    const plan = {
      kind: open.arrivals,
      stages,
      seed: seed + replicate,
      phase: count === undefined ? phaseOf(stages, replicate) : 0,
    };
    // A backlog must not be cut short by somebody else's turn.
    return [{ kind: "open", plan, share: { index: 0, of: 1 } }];
  }
  if (count !== undefined) return [{ kind: "requests", count }];
  const shareMs = durationMs / replicates;
  // Who races alone has nobody to take turns with.
  if (rivals === 1) return [{ kind: "time", windowMs: shareMs }];
  const leastMs = Math.max(roundsPerSlice * meanNs, longNs) / 1e6;
  const windowMs = Math.min(shareMs, Math.max(sliceMs, leastMs));
  const slices = Math.max(1, Math.round(shareMs / windowMs));
  return Array.from({ length: slices }, () => ({ kind: "time", windowMs: shareMs / slices }));
}
