import type { Timeouts } from "../../src/protocol.ts";
import { UserError } from "../errors.ts";
import {
  type ArrivalKind,
  arrivalKinds,
  planDurationMs,
  type Stage,
  wholeIntervalsMs,
} from "../load/pacer.ts";
import { type TransportKind, transportKinds, usualTransport } from "../load/transport.ts";
import {
  coreFixtures,
  exactWarmUp,
  mostWarmUpMs,
  type RaceSettings,
  usualRace,
  type WarmUpTimes,
} from "../plan.ts";
import { chooseOne, readDurationMs, readPositiveCount, readPositiveDurationMs } from "./values.ts";

/** The flags that say how a heat is raced. */
export interface RaceFlags {
  readonly duration?: string;
  readonly requests?: string;
  readonly rate?: string;
  readonly arrivals?: string;
  readonly stages?: string;
  readonly findRate?: string;
  readonly workers: string;
  readonly warmup?: string;
  readonly replicates?: string;
  readonly close?: true;
  readonly pipeline: string;
  readonly transport?: string;
  readonly timeout: string;
  readonly connectTimeout?: string;
  readonly firstByteTimeout?: string;
  readonly seed?: string;
  readonly quick?: true;
  readonly trustMachine?: true;
}

/** What a race takes where the flags are silent, and what `--quick` makes of it. */
const defaults = {
  race: {
    durationMs: 700,
    warmUpMs: 350,
    replicates: 4,
    connections: [1, 64],
    fixtures: coreFixtures,
  },
  quick: {
    durationMs: 450,
    warmUpMs: 350,
    replicates: 3,
    connections: [64],
    fixtures: ["hello", "64k"],
  },
};

/** Long enough for a few hundred small responses, short enough that drift hits all rivals alike. */
const sliceMs = 50;

export function raceDefaults(quick: true | undefined) {
  return quick ? defaults.quick : defaults.race;
}

const mostRequestsPerSecond = 1e7;
/** So many requests find room in a socket's buffer, however small. */
const mostPipelined = 256;

export function readRaceSettings(flags: RaceFlags): RaceSettings {
  refuseRaceContradictions(flags);
  const base = raceDefaults(flags.quick);
  const stages = flags.stages === undefined ? undefined : readStages(flags.stages);
  const replicates =
    flags.replicates === undefined
      ? // A schedule in stages is run whole by every replicate, and a trial of a search is one.
        (stages ?? flags.findRate) === undefined
        ? base.replicates
        : 1
      : readPositiveCount("--replicates", flags.replicates, 1000);
  const requests =
    flags.requests === undefined ? undefined : readPositiveCount("-n", flags.requests, 1e12);
  const rate =
    flags.rate === undefined
      ? undefined
      : readPositiveCount("-R", flags.rate, mostRequestsPerSecond);
  const durationMs = readDuration(flags, base.durationMs, stages, replicates, rate, requests);
  const isOpen = (stages ?? rate ?? flags.findRate) !== undefined;
  const schedule = stages ?? (rate && [{ durationMs: durationMs / replicates, rate }]);
  return {
    durationMs,
    requests,
    ...(flags.warmup === undefined
      ? warmUpFor(durationMs / replicates, base.warmUpMs)
      : exactWarmUp(readDurationMs("-W", flags.warmup))),
    sliceMs,
    replicates,
    workers: readPositiveCount("-w", flags.workers, 64),
    mayExceedRate: usualRace.mayExceedRate,
    open: schedule ? { arrivals: readArrivals(flags.arrivals), stages: schedule } : undefined,
    reading: flags.close ? "eof" : "message",
    transport: readTransport(flags.transport, isOpen),
    pipeline: readPositiveCount("--pipeline", flags.pipeline, mostPipelined),
    timeouts: readTimeouts(flags),
    seed: readSeed(flags.seed),
    watchMachine: !flags.trustMachine,
  };
}

export const transportOption = [
  "--transport <kind>",
  "who reads our sockets: direct (recv(2) while they are busy, on Linux) or bun (as Bun.connect does; always in open loop)",
] as const;

export function readTransport(name: string | undefined, isOpen: boolean): TransportKind {
  if (name === undefined) return usualTransport(isOpen);
  const kinds = transportKinds.map((kind) => ({ name: kind }));
  const { name: kind } = chooseOne("transport", name, kinds);
  if (kind === "direct" && isOpen) {
    throw new UserError("--transport direct: requests of an open loop would be late; leave it out");
  }
  return kind;
}

function refuseRaceContradictions({ duration, requests, rate, stages, arrivals }: RaceFlags): void {
  if (arrivals !== undefined && (rate ?? stages) === undefined) {
    throw new UserError("--arrivals are of an open loop: give a rate with -R, or --stages");
  }
  if (requests !== undefined && arrivals === "poisson") {
    throw new UserError("-n: how many arrive at random is random; give a time with -d");
  }
  if (requests !== undefined && duration !== undefined) {
    throw new UserError("-d and -n: give a time or a number of requests, not both");
  }
  if (stages === undefined) return;
  if (rate !== undefined || duration !== undefined || requests !== undefined) {
    throw new UserError("--stages has its own times and rates: leave out -R, -d and -n");
  }
}

/** Measured time of a cell, over all of its replicates. */
function readDuration(
  { duration, arrivals }: RaceFlags,
  defaultMs: number,
  stages: readonly Stage[] | undefined,
  replicates: number,
  rate: number | undefined,
  requests: number | undefined,
): number {
  if (stages !== undefined) return planDurationMs({ stages }) * replicates;
  if (rate !== undefined && requests !== undefined) return (requests / rate) * 1000;
  const ms = duration === undefined ? defaultMs : readPositiveDurationMs("-d", duration);
  return rate === undefined || arrivals === "poisson" ? ms : wholeIntervalsMs(ms, rate);
}

function readStages(text: string): Stage[] {
  return text.split(",").map((part) => {
    const [duration, rate, ...more] = part.trim().split(":");
    if (!duration || !rate || more.length > 0) {
      throw new UserError(`--stages ${text}: write it like 5s:1k,10s:5k`);
    }
    return {
      durationMs: readPositiveDurationMs("--stages", duration),
      rate: readPositiveCount("--stages", rate, mostRequestsPerSecond),
    };
  });
}

function readArrivals(name = "constant"): ArrivalKind {
  const kinds = arrivalKinds.map((kind) => ({ name: kind }));
  return chooseOne("kind of arrivals", name, kinds).name;
}

/** JIT compilation settles in a third of a second or so; longer measurements can wait for more. */
function warmUpFor(measuredMs: number, leastMs: number): WarmUpTimes {
  return { warmUpMs: Math.max(leastMs, Math.min(1000, measuredMs / 2)), mostWarmUpMs };
}

function readTimeouts({ timeout, connectTimeout, firstByteTimeout }: RaceFlags): Timeouts {
  const wholeMs = readPositiveDurationMs("--timeout", timeout);
  const timeoutOr = (flag: string, text: string | undefined) =>
    text === undefined ? wholeMs : readPositiveDurationMs(flag, text);
  const firstByteMs = timeoutOr("--first-byte-timeout", firstByteTimeout);
  if (firstByteMs > wholeMs) {
    throw new UserError(
      `--first-byte-timeout ${firstByteTimeout}: the whole response has ${timeout}; say a longer --timeout as well`,
    );
  }
  return { connectMs: timeoutOr("--connect-timeout", connectTimeout), firstByteMs, wholeMs };
}

export function seedOption(what: string) {
  return ["--seed <number>", `for ${what} (default: from the clock)`] as const;
}

export function readSeed(text: string | undefined): number {
  if (text === undefined) return Date.now() % 1_000_000;
  if (!/^\d{1,9}$/.test(text)) {
    throw new UserError(`--seed ${text}: must be a whole number from 0 to 999999999`);
  }
  return Number(text);
}
