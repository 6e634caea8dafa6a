import type { Heat, RaceSettings } from "../plan.ts";
import { shuffled } from "../stats/random.ts";
import type { Executor, Generator } from "./executor.ts";
import type { SliceLength } from "./messages.ts";
import type { CellSample, ReplicateSample, SliceSample } from "./sample.ts";
import { shareOf, startGroup } from "./workers.ts";

/** A slice spans at least so many mean service times, so that it holds several rounds of answers. */
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
  for (let replicate = 0; replicate < settings.replicates && !signal.aborted; replicate++) {
    onReplicate(heat);
    const samples = await raceReplicate(heat, settings, replicate, executor, random, signal);
    for (const [index, sample] of samples.entries()) {
      if (sample.slices.length > 0) replicates[index]?.push(sample);
    }
    if (samples.some(({ slices }) => slices.some(isDead))) break;
  }
  const conditions = {
    connections: heat.connections,
    mode: settings.open === undefined ? ("closed" as const) : ("open" as const),
    workers: settings.workers,
    keptAlive: settings.reading === "message",
  };
  return replicates.map((own) => ({ ...conditions, replicates: own }));
}

/** One replicate: a fresh process for each rival, and their turns. */
export async function raceReplicate(
  { rivals, fixture, connections }: Heat,
  settings: RaceSettings,
  replicate: number,
  executor: Executor,
  random: () => number,
  signal: AbortSignal,
): Promise<readonly ReplicateSample[]> {
  const generators: Generator[] = [];
  const watched = executor.watchMachine();
  const serverBeforeNs = await executor.serverCpuNs();
  const stop = () => {
    for (const generator of generators) generator.stop();
  };
  signal.addEventListener("abort", stop);
  try {
    for (const rival of rivals) {
      generators.push(await startGroup(executor, rival, fixture, connections, settings.workers));
    }
    let slowestNs = 0;
    for (const index of shuffled(generators.keys(), random)) {
      if (signal.aborted) break;
      const warmUp = await (generators[index] as Generator).warmUp(settings.warmUpMs);
      slowestNs = Math.max(slowestNs, warmUp);
    }
    const lengths = planSlices(settings, replicate, generators.length, slowestNs);
    const slices: SliceSample[][] = generators.map(() => []);
    for (const length of lengths) {
      if (signal.aborted || slices.some((own) => own.some(isDead))) break;
      for (const index of shuffled(generators.keys(), random)) {
        if (signal.aborted) break;
        const sample = await (generators[index] as Generator).slice(length);
        if (sample.requests.issued > 0) slices[index]?.push(sample);
      }
    }
    const recordings = await Promise.all(generators.map((generator) => generator.finish()));
    const serverNs = await sinceNs(executor, serverBeforeNs);
    const ownNs = recordings.reduce((sum, { processCpuNs }) => sum + processCpuNs, 0);
    const shared = {
      ...(settings.watchMachine && { machine: watched() }),
      ...(serverNs !== undefined && { racingCpuNs: ownNs + serverNs }),
    };
    return recordings.map((recording, index) => ({
      recording,
      slices: slices[index] ?? [],
      ...shared,
    }));
  } finally {
    signal.removeEventListener("abort", stop);
    await Promise.all(generators.map((generator) => generator.abandon()));
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

/** The slices of one replicate: equal stretches of its share of the time, or of the requests. */
export function planSlices(
  { durationMs, requests, replicates, open, seed, sliceMs }: RaceSettings,
  replicate: number,
  rivals: number,
  meanServiceNs: number,
): readonly SliceLength[] {
  if (open !== undefined) {
    // A backlog must not be cut short by somebody else's turn.
    const plan = { kind: open.arrivals, stages: open.stages, seed: seed + replicate };
    return [{ kind: "open", plan, share: { index: 0, of: 1 } }];
  }
  const shareMs = durationMs / replicates;
  if (requests !== undefined) {
    const count = shareOf(requests, replicates, replicate);
    return count === 0 ? [] : [{ kind: "requests", count }];
  }
  // Who races alone has nobody to take turns with.
  if (rivals === 1) return [{ kind: "time", windowMs: shareMs }];
  const windowMs = Math.min(shareMs, Math.max(sliceMs, (roundsPerSlice * meanServiceNs) / 1e6));
  const count = Math.max(1, Math.round(shareMs / windowMs));
  return Array.from({ length: count }, () => ({ kind: "time", windowMs: shareMs / count }));
}
