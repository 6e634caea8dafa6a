import type { Command } from "commander";
import { fixtures } from "../fixtures/registry.ts";
import { serverSources } from "../server/messages.ts";
import { UserError } from "./errors.ts";
import { arrivalKinds } from "./load/pacer.ts";
import { metrics } from "./metrics/registry.ts";
import { responsePercentiles } from "./metrics/response-time.ts";
import { serviceMax, serviceMean, servicePercentiles } from "./metrics/service-time.ts";
import { chooseMany, readPositiveCount, splitList } from "./options.ts";
import {
  commandLine,
  type Env,
  type OutputConfig,
  type OutputFlags,
  readOutput,
} from "./output-options.ts";
import { coreFixtures, coreStrategies, type RaceSettings } from "./plan.ts";
import { type RaceFlags, raceDefaults, readRaceSettings, transportOption } from "./race-options.ts";
import { contenders, references } from "./references/registry.ts";
import { targetFixtureName } from "./target.ts";
import { readTarget, type TargetConfig, type TargetFlags } from "./target-options.ts";
import { parseThreshold, type Threshold } from "./threshold.ts";
import { plural } from "./units.ts";

export interface LoadConfig {
  readonly strategies: readonly string[];
  readonly fixtures: readonly string[];
  readonly connections: readonly number[];
  readonly settings: RaceSettings;
  readonly target: TargetConfig;
  readonly thresholds: readonly Threshold[];
  /** Search for the highest rate that meets this, instead of a plain race. */
  readonly objective: Threshold | undefined;
  readonly output: OutputConfig;
  /** Time for all heats: where it is short they have fewer replicates, but three. */
  readonly withinMs: number;
  /** Whether the readers are measured by themselves as well. */
  readonly withCostModels: boolean;
  /** The command line, for the result. */
  readonly command: string;
}

interface LoadFlags extends RaceFlags, TargetFlags, OutputFlags {
  readonly strategy?: string;
  readonly connections?: string;
  readonly threshold?: readonly string[];
}

const mostConnections = 20_000;

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
  return command
    .option("-s, --strategy <a,b>", `strategies to race (default: ${coreStrategies.join(",")})`)
    .option("-f, --fixture <a,b>", `fixtures to fetch (default: ${coreFixtures.join(",")})`)
    .option(
      "-c, --connections <1,64>",
      "connections of each strategy, each number a heat of its own (default: 1,64)",
    )
    .option(
      "-d, --duration <time>",
      "measured time of a cell, over its replicates (default: 700ms)",
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
    .option("--json", "the result on stdout, nothing else there")
    .option("-o, --output <file>", "write the result there as well")
    .option("--save-baseline", "keep the result as results/baseline.json")
    .option("--record", "add the run to results/history.jsonl")
    .option("--no-save", "keep no result in results/runs")
    .option("--seed <number>", "for the order of turns (default: from the clock)")
    .option("--quick", "a short race, for a first look or for CI")
    .addHelpText("after", examples);
}

export function readLoadOptions(flags: LoadFlags, argv: readonly string[], env: Env): LoadConfig {
  const target = readTarget(flags);
  const strategies =
    flags.strategy !== undefined
      ? chooseMany("strategy", flags.strategy, contenders).map(({ name }) => name)
      : coreStrategies;
  const settings = { ...readRaceSettings(flags), mayExceedRate: target.kind === "own" };
  const chosen = readFixtures(flags, target);
  if (settings.pipeline > 1) refuseToPipeline(settings, strategies, chosen, target);
  const connections = readConnections(flags);
  refuseIdleWorkers(settings, connections);
  refuseUnequalWorkers(settings, connections);
  const thresholds = (flags.threshold ?? []).map((text) => parseThreshold(text));
  if (settings.open === undefined) thresholds.forEach(refuseOpenMetric);
  const isDefault = isDefaultRace(flags);
  return {
    strategies,
    fixtures: chosen,
    connections,
    settings,
    target,
    objective: readObjective(flags),
    thresholds,
    output: readOutput(flags, env),
    withinMs: isDefault && isInTime(flags) ? defaultRaceMs : Number.POSITIVE_INFINITY,
    withCostModels: isDefault,
    command: commandLine(argv),
  };
}

function refuseToPipeline(
  { reading }: RaceSettings,
  strategies: readonly string[],
  chosen: readonly string[],
  target: TargetConfig,
): void {
  if (reading === "eof") {
    throw new UserError(
      "--pipeline and --close: a connection that carries one request has no queue",
    );
  }
  const reference = references.find(({ name }) => strategies.includes(name));
  if (reference !== undefined) {
    throw new UserError(`--pipeline: ${reference.name} cannot; leave it out of -s`);
  }
  const last = fixtures.find(
    ({ name, delivery }) => delivery.kind === "until-eof" && chosen.includes(name),
  );
  if (last !== undefined) {
    throw new UserError(`--pipeline: ${last.name} ends its connection; leave it out of -f`);
  }
  if (target.kind === "own" && target.source === "disk") {
    throw new UserError(
      "--pipeline: Bun.serve closes a connection with a second request while it reads a file; use --server memory or routes",
    );
  }
}

function refuseIdleWorkers({ workers }: RaceSettings, connections: readonly number[]): void {
  const least = Math.min(...connections);
  if (workers <= least) return;
  throw new UserError(
    `-w ${workers} share out ${plural(least, "connection")}, which leaves some without one: say -c ${workers} or more, or -w ${least}`,
  );
}

/** In open loop each has the same part of the rate: with fewer connections it would fall behind alone. */
function refuseUnequalWorkers(
  { workers, open }: RaceSettings,
  connections: readonly number[],
): void {
  const unequal = connections.find((count) => count % workers !== 0);
  if (open === undefined || unequal === undefined) return;
  throw new UserError(
    `-w ${workers} cannot share out ${unequal} connections equally, and shares the rate so: say -c ${unequal + workers - (unequal % workers)}`,
  );
}

function refuseOpenMetric({ metric, text }: Threshold): void {
  if (!metrics.some(({ key, openLoopOnly }) => key === metric && openLoopOnly)) return;
  throw new UserError(`--threshold '${text}': ${metric} is of an open loop; give a rate with -R`);
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

/** What grows with the rate: CPU per request, say, shrinks, since a loop that waits for an instant spins. */
const growingMetrics = [...responsePercentiles, ...servicePercentiles, serviceMean, serviceMax];

function readObjective({
  findRate,
  rate,
  stages,
  requests,
  record,
  saveBaseline,
  threshold,
}: LoadFlags): Threshold | undefined {
  if (findRate === undefined) return undefined;
  if (rate !== undefined || stages !== undefined || requests !== undefined) {
    throw new UserError("--find-rate chooses the rates itself: leave out -R, --stages and -n");
  }
  const keeper = record ? "--record" : saveBaseline ? "--save-baseline" : undefined;
  if (keeper) throw new UserError(`${keeper} keeps races, and --find-rate is none: leave it out`);
  if (threshold !== undefined) {
    throw new UserError("--find-rate: its trials are meant to miss; leave out --threshold");
  }
  const objective = parseThreshold(findRate, "--find-rate");
  const grows = growingMetrics.some(({ key }) => key === objective.metric);
  if (objective.operator !== "<" || !grows) {
    throw new UserError(
      `--find-rate '${findRate}': it goes by response and service times, which grow with the rate; name the most of one, like 'responseP99Ns<5ms'`,
    );
  }
  return objective;
}

function readFixtures({ fixture, quick }: LoadFlags, target: TargetConfig): readonly string[] {
  if (fixture !== undefined) {
    return chooseMany("fixture", fixture, fixtures).map(({ name }) => name);
  }
  if (target.kind === "other") return [targetFixtureName(target.url)];
  return raceDefaults(quick).fixtures;
}

function readConnections({ connections, quick }: LoadFlags): readonly number[] {
  if (connections === undefined) return raceDefaults(quick).connections;
  const words = splitList(connections);
  if (words.length === 0) throw new UserError("-c needs a number of connections, like 1,64");
  return [...new Set(words.map((word) => readPositiveCount("-c", word, mostConnections)))];
}
