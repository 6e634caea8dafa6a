import { join } from "node:path";
import { spawnChild } from "../child.ts";
import { quantile } from "../stats/quantile.ts";
import { shuffled } from "../stats/random.ts";
import { type CostModel, fitCostModel } from "./cost-model.ts";
import { shapes } from "./grid.ts";
import type { MicroOptions, MicroReport } from "./messages.ts";

const script = join(import.meta.dir, "reader-process.ts");

export interface MicroSettings {
  /** Fresh processes of each strategy. */
  readonly replicates: number;
  /** Warm-up and measured time at each point of the grid. */
  readonly budgetMs: number;
}

/** What one strategy took: samples in ns per response, by process, then by point of the grid. */
export interface MicroSample {
  readonly strategy: string;
  readonly processes: readonly (readonly (readonly number[])[])[];
}

/** Runs every strategy over the grid; the strategies take turns, in an order drawn anew each time. */
export async function runMicro(
  strategies: readonly string[],
  { replicates, budgetMs }: MicroSettings,
  random: () => number,
  signal: AbortSignal,
  onProcess: (strategy: string) => void = () => {},
): Promise<readonly MicroSample[]> {
  const samples = strategies.map((strategy) => ({
    strategy,
    processes: [] as (readonly (readonly number[])[])[],
  }));
  for (let replicate = 0; replicate < replicates; replicate++) {
    for (const { strategy, processes } of shuffled(samples, random)) {
      if (signal.aborted) return samples;
      onProcess(strategy);
      const samplesNs = await runProcess({ strategy, budgetMs }, signal);
      if (samplesNs !== undefined) processes.push(samplesNs);
    }
  }
  return samples;
}

async function runProcess(options: MicroOptions, signal: AbortSignal) {
  const child = spawnChild<never, MicroReport>(script, options, "generator");
  const stop = () => void child.stop();
  signal.addEventListener("abort", stop);
  try {
    const report = await child.next();
    if (report.kind === "failed") throw new Error(`a reader failed: ${report.message}`);
    return report.samplesNs;
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  } finally {
    signal.removeEventListener("abort", stop);
    await child.stop();
  }
}

/** Lower quartile of the samples of one point: other load on the machine only ever adds time. */
export function typicalNs(samplesNs: readonly number[]): number {
  return quantile(samplesNs, 0.25);
}

export function costModels(samples: readonly MicroSample[]): CostModel[] {
  return samples.flatMap(({ strategy, processes }) =>
    processes.length === 0
      ? []
      : [
          fitCostModel(
            strategy,
            shapes,
            processes.map((points) => points.map(typicalNs)),
          ),
        ],
  );
}
