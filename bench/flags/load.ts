import type { Command } from "commander";
import { fixtures } from "../../fixtures/registry.ts";
import { serverSources } from "../../server/messages.ts";
import { arrivalKinds } from "../load/pacer.ts";
import { coreFixtures, coreStrategies } from "../plan.ts";
import { contenders } from "../references/registry.ts";
import { targetFixtureName } from "../target/target.ts";
import { parseThreshold, type Threshold } from "../threshold.ts";
import { type Raced, refuseContradictions } from "./load-contradictions.ts";
import { type ObjectiveFlags, readObjective } from "./objective.ts";
import {
  addKeepingOptions,
  addOutputOptions,
  type Invocation,
  type OutputConfig,
  type OutputFlags,
  readOutput,
} from "./output.ts";
import {
  type RaceFlags,
  raceDefaults,
  readRaceSettings,
  seedOption,
  transportOption,
} from "./race.ts";
import { readTarget, type TargetConfig, type TargetFlags } from "./target.ts";
import { chooseMany, readConnections } from "./values.ts";

export interface LoadConfig extends Raced {
  /** Search for the highest rate that meets this, instead of a plain race. */
  readonly objective: Threshold | undefined;
  readonly output: OutputConfig;
  /** Time for all heats: where it is short they have fewer replicates, but three. */
  readonly withinMs: number;
  /** Whether the readers are measured by themselves as well. */
  readonly withCostModels: boolean;
}

interface LoadFlags extends ObjectiveFlags, RaceFlags, TargetFlags, OutputFlags {
  readonly strategy?: string;
  readonly connections?: string;
  readonly threshold?: readonly string[];
}

const examples = `
Examples:
  bun run bench load -s callback,web-streams -f 64k -c 1,64 -d 5s
  bun run bench load -f hello -c 64 --close
  bun run bench load -f 64k -c 64 --transport bun                  read by Bun's event loop
  bun run bench load -s callback -f hello -c 1,2,4,8,16,32,64      a curve, its knee, a fitted law
  bun run bench load -f hello -c 64 --pipeline 16                  answers not waited for
  bun run bench load -f hello -c 64 -R 20k -d 4s                   open loop
  bun run bench load -f hello -c 64 --find-rate 'responseP99Ns<5ms'
  bun run bench load --target http://127.0.0.1:8000/ -c 16 -n 100k`;

export function addLoadOptions(command: Command): Command {
  const collect = (text: string, before: readonly string[] = []) => [...before, text];
  command
    .option("-s, --strategy <a,b>", `strategies to race (default: ${coreStrategies.join(",")})`)
    .option("-f, --fixture <a,b>", `fixtures to fetch (default: ${coreFixtures.join(",")})`)
    .option(
      "-c, --connections <1,64>",
      "connections of each strategy, each number a heat of its own (default: 1,64)",
    )
    .option(
      "-d, --duration <time>",
      "measured time of a cell, over its replicates; with -R rounded up to whole intervals (default: 700ms)",
    )
    .option("-n, --requests <count>", "measured requests of a cell, instead of a time")
    .option("-R, --rate <count>", "open loop: requests per second, in all")
    .option("--arrivals <kind>", `in open loop: ${arrivalKinds.join(", ")} (default: constant)`)
    .option("--stages <5s:1k,…>", "open loop in stages of time:rate, instead of -R and -d")
    .option(
      "--find-rate <objective>",
      "the highest rate that meets 'responseP99Ns<5ms'; -d is a trial",
    )
    .option("-w, --workers <count>", "processes of each strategy, which share its load", "1")
    .option(
      "-W, --warmup <time>",
      "unmeasured time of each process, in open loop at full speed and then at the rate, of a --target at the rate alone (default: half of what it measures, 350ms to 1s; up to 5s of each while JIT compilers are at work)",
    )
    .option("--replicates <count>", "fresh processes a cell (default: 4)")
    .option("--close", "a connection for each request, read until EOF")
    .option(
      "--pipeline <count>",
      "requests under way on each connection at once, none waiting for the answer before it",
      "1",
    )
    .option(...transportOption)
    .option("--timeout <time>", "for each response, whole", "10s")
    .option("--connect-timeout <time>", "for connecting (default: as --timeout)")
    .option("--first-byte-timeout <time>", "for a response's first byte (default: as --timeout)")
    .option(
      "--server <kind>",
      `where our server has its bodies: ${serverSources.join(", ")} (default: memory)`,
    )
    .option(
      "--target <url>",
      "race against another server: this URL, or with -f the fixtures below it",
    )
    .option("--threshold <expr>", "'serviceP99Ns<5ms': exit 1 if a cell misses it", collect)
    .option(
      "--trust-machine",
      "do not refuse a run for other load or stolen CPU: for a busy machine",
    )
    .option(...seedOption("the order of turns"))
    .option("--quick", "a short race, for a first look or for CI");
  return addKeepingOptions(addOutputOptions(command)).addHelpText("after", examples);
}

export function readLoadOptions(flags: LoadFlags, invocation: Invocation): LoadConfig {
  const target = readTarget(flags);
  const strategies =
    flags.strategy !== undefined
      ? chooseMany("strategy", flags.strategy, contenders).map(({ name }) => name)
      : coreStrategies;
  const raced: Raced = {
    strategies,
    fixtures: readFixtures(flags, target),
    connections:
      flags.connections === undefined
        ? raceDefaults(flags.quick).connections
        : readConnections("-c", flags.connections, "1,64"),
    settings: { ...readRaceSettings(flags), mayExceedRate: target.kind === "own" },
    target,
    thresholds: (flags.threshold ?? []).map((text) => parseThreshold(text)),
  };
  refuseContradictions(raced);
  const isDefault = isDefaultRace(flags);
  return {
    ...raced,
    objective: readObjective(flags),
    output: readOutput(flags, invocation),
    withinMs: isDefault && isInTime(flags) ? defaultRaceMs : Number.POSITIVE_INFINITY,
    withCostModels: isDefault,
  };
}

/** Of the default race, whose contract is 90 s on two cores: server and readers alone take what is left. */
const defaultRaceMs = 70_000;

/** Who says how often or how long is not held back. */
function isInTime({ replicates, warmup }: LoadFlags): boolean {
  return replicates === undefined && warmup === undefined;
}

/** The default race explains itself; who asks for a race of their own gets that race only. */
function isDefaultRace(flags: LoadFlags): boolean {
  const { strategy, fixture, connections, target, findRate } = flags;
  const { duration, requests, rate, stages, close, quick } = flags;
  if (flags.pipeline !== "1" || flags.transport !== undefined) return false;
  const own = [strategy, fixture, connections, target, findRate, duration, requests, rate, stages];
  return [...own, close, quick].every((flag) => flag === undefined);
}

function readFixtures({ fixture, quick }: LoadFlags, target: TargetConfig): readonly string[] {
  if (fixture !== undefined) {
    return chooseMany("fixture", fixture, fixtures).map(({ name }) => name);
  }
  if (target.kind === "other") return [targetFixtureName(target.url)];
  return raceDefaults(quick).fixtures;
}
