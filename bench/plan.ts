import { fixtures as allFixtures } from "../fixtures/registry.ts";
import type { Reading } from "../src/http1/response.ts";
import type { Timeouts } from "../src/protocol.ts";
import { strategies as allStrategies } from "../src/strategies/registry.ts";
import { type ArrivalKind, planDurationMs, type Stage } from "./load/pacer.ts";
import type { TransportKind } from "./load/transport.ts";

/** One of those who race: a strategy, of this checkout's clients or of another's. */
export interface Rival {
  readonly strategy: string;
  /** The folder of the checkout whose src/ has the clients; undefined for this one. */
  readonly checkout?: string;
}

/** Cells that are raced against each other: strategies differ, all else is the same. */
export interface Heat {
  readonly fixture: string;
  readonly connections: number;
  /** Requests a second, in open loop; undefined in a closed loop. */
  readonly rate?: number;
  readonly rivals: readonly Rival[];
}

/** An open loop: the schedule of a whole replicate. */
export interface OpenSettings {
  readonly arrivals: ArrivalKind;
  readonly stages: readonly Stage[];
}

/** Requests a second, over all stages. */
export function meanRate({ stages }: OpenSettings): number {
  const requests = stages.reduce((sum, { durationMs, rate }) => sum + durationMs * rate, 0);
  return requests / planDurationMs({ stages });
}

/** What an open loop's mean rate does not say of it: its stages, or that arrivals are not constant. */
export function scheduleOf({ arrivals, stages }: OpenSettings): { schedule?: string } {
  const steps = stages.map(({ durationMs, rate }) => `${durationMs}ms:${rate}`).join(",");
  const parts = [
    ...(stages.length > 1 ? [steps] : []),
    ...(arrivals === "constant" ? [] : [arrivals]),
  ];
  return parts.length > 0 ? { schedule: parts.join(" ") } : {};
}

/** One patience for connecting, the first byte and the whole response. */
export function sameTimeouts(ms: number): Timeouts {
  return { connectMs: ms, firstByteMs: ms, wholeMs: ms };
}

/** How connections are used. */
export interface ConnectionSettings {
  readonly reading: Reading;
  /** Requests under way on each connection at once: 1 unless they are pipelined. */
  readonly pipeline: number;
  readonly transport: TransportKind;
  readonly timeouts: Timeouts;
}

/** How long a fresh process is warmed up. */
export interface WarmUpTimes {
  readonly warmUpMs: number;
  /** It may go on for so long while the client's code is still to be compiled. */
  readonly mostWarmUpMs: number;
}

/** On slow cores our clients are compiled in a second at most, undici in three. */
export const mostWarmUpMs = 5000;

/** So long, whatever the compilers are at. */
export function exactWarmUp(warmUpMs: number): WarmUpTimes {
  return { warmUpMs, mostWarmUpMs: warmUpMs };
}

/** What a comparison may take for a cell, unless somebody says otherwise. */
export const usualBudgetMs = 60_000;

/** How every heat of a run is raced. */
export interface RaceSettings extends ConnectionSettings, WarmUpTimes {
  /** Measured time of a cell, over all of its replicates. */
  readonly durationMs: number;
  /** Instead of a time: exactly so many measured requests a cell. */
  readonly requests: number | undefined;
  /** Generator processes of each strategy, which share its connections and its rate. */
  readonly workers: number;
  /** How requests arrive in open loop; undefined for a closed loop. */
  readonly open: OpenSettings | undefined;
  /** Whether the warm-up of an open loop may send more than its rate: our own server bears it. */
  readonly mayExceedRate: boolean;
  /** Least length of the turns that rivals take. */
  readonly sliceMs: number;
  /** Fresh processes a cell. */
  readonly replicates: number;
  readonly seed: number;
  /** Whether steal, other load and the clock are part of the audit. */
  readonly watchMachine: boolean;
}

/** What a race is unless somebody says otherwise: one process a strategy, connections that are kept, a closed loop. */
export const usualRace = {
  requests: undefined,
  workers: 1,
  open: undefined,
  mayExceedRate: true,
  reading: "message",
  pipeline: 1,
  transport: "direct",
  timeouts: sameTimeouts(10_000),
  watchMachine: true,
} as const satisfies Partial<RaceSettings>;

/** Every heat, fixture by fixture: the product of what was chosen. */
export function planHeats(
  strategies: readonly string[],
  fixtures: readonly string[],
  connections: readonly number[],
  rate?: number,
): readonly Heat[] {
  const open = rate === undefined ? {} : { rate };
  const rivals = strategies.map((strategy) => ({ strategy }));
  return fixtures.flatMap((fixture) =>
    connections.map((count) => ({ fixture, connections: count, rivals, ...open })),
  );
}

export const coreStrategies = allStrategies.filter(({ core }) => core).map(({ name }) => name);
export const coreFixtures = allFixtures.filter(({ core }) => core).map(({ name }) => name);
