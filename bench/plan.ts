import { fixtures as allFixtures } from "../fixtures/registry.ts";
import type { Reading } from "../src/http1/response.ts";
import { strategies as allStrategies } from "../src/strategies/registry.ts";

/** What a row of a report shows: one strategy on one fixture at one number of connections. */
export interface Cell {
  readonly strategy: string;
  readonly fixture: string;
  readonly connections: number;
}

/** Cells that are raced against each other: strategies differ, all else is the same. */
export interface Heat {
  readonly fixture: string;
  readonly connections: number;
  readonly strategies: readonly string[];
}

/** How every heat of a run is raced. */
export interface RaceSettings {
  /** Measured time of a cell, over all of its replicates. */
  readonly durationMs: number;
  /** Instead of a time: exactly so many measured requests a cell. */
  readonly requests: number | undefined;
  readonly warmUpMs: number;
  /** Fresh processes a cell. */
  readonly replicates: number;
  readonly reading: Reading;
  readonly timeoutMs: number;
  readonly seed: number;
}

/** Every heat, fixture by fixture: the product of what was chosen. */
export function planHeats(
  strategies: readonly string[],
  fixtures: readonly string[],
  connections: readonly number[],
): readonly Heat[] {
  return fixtures.flatMap((fixture) =>
    connections.map((count) => ({ fixture, connections: count, strategies })),
  );
}

export const coreStrategies = allStrategies.filter(({ core }) => core).map(({ name }) => name);
export const coreFixtures = allFixtures.filter(({ core }) => core).map(({ name }) => name);
