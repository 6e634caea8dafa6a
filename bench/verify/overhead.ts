import { join } from "node:path";
import type { Executor } from "../load/executor.ts";
import { processExecutor } from "../load/process-executor.ts";
import { raceReplicate } from "../load/race.ts";
import type { LostReplicate, ReplicateSample } from "../load/sample.ts";
import { exactWarmUp, type Heat, type RaceSettings, usualRace } from "../plan.ts";
import type { HarnessOverhead } from "../result.ts";
import { pairedEstimate } from "../stats/paired.ts";
import { seededRandom } from "../stats/random.ts";
import { ownTarget } from "../target/target.ts";
import { warmServer } from "../target/warm-server.ts";

const bareScript = join(import.meta.dir, "bare-loop.ts");
const strategy = "callback";
const bare = "bare loop";

const heat: Heat = {
  fixture: "hello",
  connections: 64,
  rivals: [{ strategy }, { strategy: bare }],
};

export const overheadSettings: RaceSettings = {
  ...usualRace,
  durationMs: 18_000,
  // A generator has more to compile than a bare loop: on slow cores it is not done before a second.
  ...exactWarmUp(1500),
  watchMachine: false,
  // Long, so that caches that the other has filled do not count.
  sliceMs: 250,
  replicates: 8,
  seed: 1,
};

/**
 * What the harness costs: CPU per request of a generator over that of a bare loop over the same client.
 * Fresh processes of both take turns. Undefined when it was interrupted.
 */
export async function measureOverhead(
  signal: AbortSignal,
  settings: RaceSettings = overheadSettings,
): Promise<HarnessOverhead | undefined> {
  const target = await ownTarget("routes", [heat.fixture]);
  try {
    const random = seededRandom(settings.seed);
    const executor = withBareLoop(
      processExecutor(target, settings),
      processExecutor(target, settings, bareScript),
    );
    const context = { executor, random, signal };
    await warmServer([heat.fixture], settings.warmUpMs, context);
    const logs: number[][] = [];
    for (let i = 0; i < settings.replicates && !signal.aborted; i++) {
      logs.push(logRatios(await raceReplicate(heat, settings, i, context)));
    }
    const estimate = signal.aborted ? undefined : pairedEstimate(logs, random);
    if (estimate === undefined) return undefined;
    const [low, high] = estimate.interval;
    return { ratio: Math.exp(estimate.log), interval: [Math.exp(low), Math.exp(high)] };
  } finally {
    await target.stop();
  }
}

function withBareLoop(harness: Executor, loop: Executor): Executor {
  return {
    ...harness,
    start: (rival, ...cell) =>
      rival.strategy === bare ? loop.start({ strategy }, ...cell) : harness.start(rival, ...cell),
  };
}

/** One for each round, in which both ran right after each other. */
export function logRatios([ours, bare]: readonly (ReplicateSample | LostReplicate)[]): number[] {
  const [own, least] = [slicesOf(ours), slicesOf(bare)];
  return own.flatMap((slice, round) => {
    const other = least[round];
    if (other === undefined || slice.completed === 0 || other.completed === 0) return [];
    return [Math.log(slice.cpuNs / slice.completed / (other.cpuNs / other.completed))];
  });
}

function slicesOf(sample: ReplicateSample | LostReplicate | undefined) {
  if (sample === undefined) return [];
  if ("lost" in sample) throw new Error(`a process was lost: ${sample.lost}`);
  return sample.slices;
}
