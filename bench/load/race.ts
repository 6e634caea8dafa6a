import { asError } from "../../src/errors.ts";
import { type Heat, type RaceSettings, type Rival, scheduleOf } from "../plan.ts";
import { shuffled } from "../stats/random.ts";
import { SilenceError } from "../system/child.ts";
import { onAbort } from "../system/interrupt.ts";
import type { Executor, Generator, RaceContext } from "./executor.ts";
import { type Pace, slowestOf } from "./pace.ts";
import type { CellSample, LostReplicate, ReplicateSample, SliceSample } from "./sample.ts";
import { Silence } from "./silence.ts";
import { hasSlices, planSlices, planWarmUp } from "./slice-plan.ts";
import { startGroup } from "./workers.ts";

/** With fewer an interval says next to nothing. */
const fewestReplicates = 3;

export interface RaceWatch {
  /** Called before each replicate. */
  readonly onReplicate?: (heat: Heat) => void;
  /** Beyond the third no replicate is begun that would not end within this time. */
  readonly withinMs?: number;
}

/**
 * Races the strategies of one heat: in every replicate a fresh process for each, which take turns in
 * short slices whose order is drawn anew each round. Returns one sample a strategy, in their order.
 * Stops early, with what has been measured, when its signal is aborted.
 */
export async function race(
  heat: Heat,
  settings: RaceSettings,
  context: RaceContext,
  { onReplicate = () => {}, withinMs = Number.POSITIVE_INFINITY }: RaceWatch = {},
): Promise<readonly CellSample[]> {
  const { executor, signal } = context;
  const standings = heat.rivals.map(
    (rival): Standing => ({ rival, replicates: [], lost: [], hung: false }),
  );
  const silence = new Silence();
  const beganMs = performance.now();
  for (let replicate = 0; replicate < settings.replicates && !signal.aborted; replicate++) {
    const eachMs = (performance.now() - beganMs) / replicate;
    if (replicate >= fewestReplicates && eachMs * (replicate + 1) > withinMs) break;
    // Who hangs once does so each time, for a minute or more.
    const racing = standings.filter(({ hung }) => !hung);
    if (racing.length === 0) break;
    onReplicate(heat);
    const rivals = racing.map(({ rival }) => rival);
    const samples = await raceReplicate({ ...heat, rivals }, settings, replicate, context, silence);
    for (const [at, sample] of samples.entries()) {
      const mustMeasure = !signal.aborted && hasSlices(settings, replicate);
      keep(racing[at] as Standing, sample, silence.isFinal, mustMeasure);
    }
    if (silence.isFinal) break;
  }
  return standings.map((standing) => cellSample(heat, settings, executor, standing));
}

/** What one rival has done so far. */
interface Standing {
  readonly rival: Rival;
  readonly replicates: ReplicateSample[];
  readonly lost: string[];
  hung: boolean;
}

function keep(
  standing: Standing,
  sample: ReplicateSample | LostReplicate,
  isDeserted: boolean,
  mustMeasure: boolean,
): void {
  if ("lost" in sample) {
    standing.lost.push(sample.lost);
    standing.hung = sample.hung;
    return;
  }
  if (sample.slices.length > 0) standing.replicates.push(sample);
  if (isDeserted) standing.lost.push("nothing was answered any more");
  else if (sample.slices.length === 0 && mustMeasure) standing.lost.push("it measured nothing");
}

/** What was measured of one cell, and under which conditions. */
export function cellSample(
  { connections }: Heat,
  { pipeline, open, workers, reading }: RaceSettings,
  { generatorCores }: Pick<Executor, "generatorCores">,
  { replicates, lost, hung }: Pick<CellSample, "replicates" | "lost" | "hung">,
): CellSample {
  return {
    connections,
    pipeline,
    mode: open === undefined ? "closed" : "open",
    workers,
    cores: generatorCores,
    ...(open && scheduleOf(open)),
    keptAlive: reading === "message",
    replicates,
    lost,
    hung,
  };
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
  context: RaceContext,
  silence: Silence = new Silence(),
): Promise<readonly (ReplicateSample | LostReplicate)[]> {
  const { executor, signal } = context;
  const contestants: Contestant[] = [];
  const watched = executor.watchMachine();
  const serverBeforeNs = await executor.serverCpuNs();
  const stop = () => {
    for (const { generator } of contestants) generator?.stop();
  };
  const forget = onAbort(signal, stop);
  try {
    for (const rival of rivals) {
      const { workers } = settings;
      contestants.push(
        await startGroup(executor, rival, fixture, connections, workers).then(
          (generator) => ({ generator, slices: [] }),
          (error: unknown) => ({ generator: undefined, slices: [], lost: asError(error) }),
        ),
      );
      // It was not there yet to be stopped.
      if (signal.aborted) stop();
    }
    await takeTurns(contestants, settings, replicate, context, silence);
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
        ? {
            lost: lost?.message ?? "it recorded nothing",
            hung: lost instanceof SilenceError,
          }
        : { recording, slices, ...shared };
    });
  } finally {
    forget();
    await Promise.all(contestants.map(({ generator }) => generator?.abandon()));
  }
}

/** Warm-ups, then slices, in an order that is drawn anew each round. */
async function takeTurns(
  contestants: readonly Contestant[],
  settings: RaceSettings,
  replicate: number,
  { random, signal }: Omit<RaceContext, "executor">,
  silence: Silence,
): Promise<void> {
  const paces: Pace[] = [];
  for (const contestant of shuffled(contestants, random)) {
    if (signal.aborted) break;
    const pace = await unlessLost(contestant, ({ warmUp }) => warmUp(planWarmUp(settings)));
    if (pace !== undefined) paces.push(pace);
  }
  for (const length of planSlices(settings, replicate, contestants.length, slowestOf(paces))) {
    for (const contestant of shuffled(contestants, random)) {
      if (signal.aborted || silence.isFinal) return;
      const sample = await unlessLost(contestant, ({ slice }) => slice(length));
      if (sample === undefined) continue;
      silence.hear(sample);
      if (hasMeasured(sample)) contestant.slices.push(sample);
    }
  }
}

/**
 * A slice that was cut short may have nothing; where nothing was due, or everybody waited to try again, its time
 * counts all the same.
 */
function hasMeasured({ requests, windowNs, gaveUp }: SliceSample): boolean {
  return requests.issued > 0 || windowNs > 0 || gaveUp === true;
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
