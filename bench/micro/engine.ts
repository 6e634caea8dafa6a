import { measure } from "mitata";
import type { Strategy } from "../../src/strategies/strategy.ts";
import { clockNs } from "../load/clock.ts";
import { createFeed } from "./feed.ts";
import type { Shape } from "./grid.ts";

/** Long beside the 36 ns that reading the clock takes, short beside the time of a point. */
const sampleNs = 100_000;

/**
 * Nanoseconds per response at one point of the grid, one sample after the other in the order of time.
 * mitata drives the loop; each sample is the mean of a batch that fills 100 µs. Its own array of
 * samples is sorted and trimmed, so that ours is kept beside it.
 */
export async function measureShape(
  strategy: Strategy,
  shape: Shape,
  budgetMs: number,
): Promise<number[]> {
  const read = await createFeed(strategy, shape);
  const batchNs = (count: number): number => {
    const beganNs = clockNs();
    for (let i = 0; i < count; i++) read();
    return (clockNs() - beganNs) / count;
  };
  const warmUpUntilNs = clockNs() + budgetMs * 1e6;
  let responseNs = batchNs(1);
  while (clockNs() < warmUpUntilNs) {
    responseNs = batchNs(Math.max(1, Math.ceil(sampleNs / responseNs)));
  }
  const count = Math.max(1, Math.ceil(sampleNs / responseNs));
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
    { min_cpu_time: budgetMs * 1e6 },
  );
  // mitata's own warm-up calls come first.
  return samplesNs.slice(3);
}
