import { join } from "node:path";
import { asError } from "../../src/errors.ts";
import { quantile } from "../stats/quantile.ts";
import { shuffled } from "../stats/random.ts";
import { spawnChild } from "../system/child.ts";
import { onAbort } from "../system/interrupt.ts";
import { type CostModel, fitCostModel } from "./cost-model.ts";
import { shapes } from "./grid.ts";
import type { MicroCommand, MicroOptions, MicroReport } from "./messages.ts";

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

/**
 * Runs every strategy over the grid, in fresh processes each time. At each point the strategies take
 * turns in an order drawn anew, so that a slow moment of the machine meets all of them.
 */
export async function runMicro(
  strategies: readonly string[],
  { replicates, budgetMs }: MicroSettings,
  random: () => number,
  signal: AbortSignal,
  onReplicate: () => void = () => {},
): Promise<readonly MicroSample[]> {
  const samples = strategies.map((strategy) => ({
    strategy,
    processes: [] as (readonly (readonly number[])[])[],
  }));
  for (let replicate = 0; replicate < replicates && !signal.aborted; replicate++) {
    onReplicate();
    const readers = strategies.map((strategy) => ({ name: strategy, strategy, budgetMs }));
    const grids = await measureTogether(readers, random, signal);
    for (const [index, grid] of (grids ?? []).entries()) samples[index]?.processes.push(grid);
  }
  return samples;
}

/** A reader, with its name for people. */
export interface NamedReader extends MicroOptions {
  readonly name: string;
}

/** The samples of each reader at each point of the grid; undefined when it was interrupted. */
export async function measureTogether(
  readers: readonly NamedReader[],
  random: () => number,
  signal: AbortSignal,
): Promise<readonly (readonly (readonly number[])[])[] | undefined> {
  const children = readers.map(({ name: _, ...options }) =>
    spawnChild<MicroCommand, MicroReport>(script, options, "generator"),
  );
  const nameOf = (index: number) => readers[index]?.name ?? "";
  const stop = () => void Promise.all(children.map((child) => child.stop()));
  const forget = onAbort(signal, stop);
  try {
    for (const [index, child] of children.entries()) {
      await heard(nameOf(index), child.next(), "warm");
    }
    const grids: (readonly number[])[][] = children.map(() => []);
    for (const point of shapes.keys()) {
      for (const index of shuffled(children.keys(), random)) {
        const child = children[index] as (typeof children)[number];
        const { samplesNs } = await heard(nameOf(index), child.ask({ point }), "samples");
        grids[index]?.push(samplesNs);
      }
    }
    return grids;
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  } finally {
    forget();
    await Promise.all(children.map((child) => child.stop()));
  }
}

/** A report of that kind; else an error that names the reader. */
async function heard<Kind extends MicroReport["kind"]>(
  name: string,
  said: Promise<MicroReport>,
  kind: Kind,
): Promise<Extract<MicroReport, { kind: Kind }>> {
  try {
    const report = await said;
    if (report.kind === kind) return report as Extract<MicroReport, { kind: Kind }>;
    throw new Error(report.kind === "failed" ? report.message : `it said ${report.kind}`);
  } catch (cause) {
    throw new Error(`the reader ${name} failed: ${asError(cause).message}`, { cause });
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
