import type { Rival } from "../plan.ts";
import type { MachineSample } from "./machine.ts";
import type { SliceLength, WarmUpPhase } from "./messages.ts";
import type { Pace } from "./pace.ts";
import type { ReplicateSample, SliceSample } from "./sample.ts";

/** One running generator, as a race drives it. */
export interface Generator {
  /**
   * Opens connections and runs `phases` unmeasured; resolves with the pace of the last slice.
   */
  warmUp(phases: readonly WarmUpPhase[]): Promise<Pace>;
  slice(length: SliceLength): Promise<SliceSample>;
  /** From now on it runs before everything else on its core; false where the system does not grant that. */
  runBeforeOthers(): boolean;
  /** Cuts short the slice or warm-up that is under way; its promise resolves at once. */
  stop(): void;
  /** From now on it is not waited for longer than `withinMs`: one that hangs is ended. */
  hurry(withinMs: number): void;
  /** Ends the generator and returns what it recorded. */
  finish(): Promise<ReplicateSample["recording"]>;
  /** Ends it and drops what it recorded. */
  abandon(): Promise<void>;
}

/** What a race needs beside its settings: who starts generators, what draws the order, what breaks it off. */
export interface RaceContext {
  readonly executor: Executor;
  /** From 0 to 1. */
  readonly random: () => number;
  readonly signal: AbortSignal;
}

/** What starts generators: processes in a real run, a fake in tests of the pipeline. */
export interface Executor {
  start(rival: Rival, fixture: string, connections: number): Promise<Generator>;
  /** Cores that all generators share. */
  readonly generatorCores: number;
  /** CPU time of the server so far; undefined when it is not ours to ask. */
  serverCpuNs(): Promise<number | undefined>;
  /** Begins to watch the machine; the function that is returned says what it did since. */
  watchMachine(): () => MachineSample;
}
