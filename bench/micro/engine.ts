import { measure } from "mitata";
import type { Strategy } from "../../src/strategies/strategy.ts";
import { clockNs } from "../load/clock.ts";
import { createFeed } from "./feed.ts";
import type { Shape } from "./grid.ts";

/** Long beside the 36 ns that reading the clock takes, short beside the time of a point. */
const sampleNs = 100_000;

/**
 * Calls that mitata makes before it measures. By default it is one to three, as the first ones take;
 * the warm-up is ours, so that one will do.
 */
const mitataWarmUps = 1;

/** Reads so many responses; returns what one took, in nanoseconds. */
type Batch = (count: number) => number;

/** Reads responses of one point of the grid, unmeasured. */
export async function warmUpShape(
  strategy: Strategy,
  shape: Shape,
  warmUpMs: number,
): Promise<void> {
  fullBatchAfter(warmUpMs, await openBatch(strategy, shape));
}

/**
 * Nanoseconds per response at one point of the grid, one sample after the other in the order of time,
 * after as long a warm-up. mitata drives the loop; each sample is the mean of a batch that fills
 * 100 µs. Its own array of samples is sorted and trimmed, so that ours is kept beside it.
 */
export async function measureShape(
  strategy: Strategy,
  shape: Shape,
  budgetMs: number,
): Promise<number[]> {
  const batchNs = await openBatch(strategy, shape);
  const count = fullBatchAfter(budgetMs, batchNs);
  const samplesNs: number[] = [];
  const sample = () => {
    const ns = batchNs(count);
    samplesNs.push(ns);
    return ns;
  };
  await measure(
    function* () {
      yield { manual: sample } as unknown as () => number;
    },
    { min_cpu_time: budgetMs * 1e6, warmup_samples: mitataWarmUps - 1 },
  );
  return samplesNs.slice(mitataWarmUps);
}

async function openBatch(strategy: Strategy, shape: Shape): Promise<Batch> {
  const read = await createFeed(strategy, shape);
  return (count) => {
    const beganNs = clockNs();
    for (let i = 0; i < count; i++) read();
    return (clockNs() - beganNs) / count;
  };
}

/**
 * Reads for `warmUpMs`; returns how many responses then fill a sample. The fastest batch tells: the last
 * spans the end of the warm-up, and so is likelier than others to be one that was disturbed.
 */
export function fullBatchAfter(warmUpMs: number, batchNs: Batch): number {
  const untilNs = clockNs() + warmUpMs * 1e6;
  const countFor = (responseNs: number) => Math.max(1, Math.ceil(sampleNs / responseNs));
  let responseNs = batchNs(1);
  while (clockNs() < untilNs) {
    responseNs = Math.min(responseNs, batchNs(countFor(responseNs)));
  }
  return countFor(responseNs);
}
