import type { Command } from "commander";
import { fixtures } from "../../fixtures/registry.ts";
import { type ServerSource, serverSources } from "../../server/messages.ts";
import type { TransportKind } from "../load/transport.ts";
import { coreStrategies } from "../plan.ts";
import { contenders, references } from "../references/registry.ts";
import {
  addOutputOptions,
  type Invocation,
  type OutputConfig,
  type OutputFlags,
  readOutput,
} from "./output.ts";
import { readSeed, readTransport, seedOption, transportOption } from "./race.ts";
import { readServerSource } from "./serve.ts";
import { chooseMany, readPositiveCount, readPositiveDurationMs } from "./values.ts";

export interface PeersConfig {
  readonly strategies: readonly string[];
  readonly fixtures: readonly string[];
  readonly connections: number;
  readonly durationMs: number;
  readonly rounds: number;
  readonly source: ServerSource;
  readonly transport: TransportKind;
  readonly seed: number;
  readonly output: OutputConfig;
}

interface PeersFlags extends OutputFlags {
  readonly strategy?: string;
  readonly fixture: string;
  readonly connections: string;
  readonly duration: string;
  readonly rounds: string;
  readonly server: string;
  readonly transport?: string;
  readonly seed?: string;
}

const examples = `
Examples:
  bun run bench peers                               the core strategies, fetch, node:http and undici beside wrk and others
  bun run bench peers -s callback -f hello,64k,1m --rounds 11
  bun run bench peers -s callback -f hello -c 10000 --rounds 6

wrk, h2load, ab and autocannon are taken from the PATH; those that are not there are left out. One that
fails, or has not ended 20 s after its time, sits out what is left of a fixture.`;

export function addPeersOptions(command: Command): Command {
  command
    .option("-s, --strategy <a,b>", "strategies (default: the core and the references)")
    .option("-f, --fixture <a,b>", "fixtures", "hello,64k")
    .option("-c, --connections <count>", "connections of each", "64")
    .option("-d, --duration <time>", "of each run, in whole seconds for the tools", "2s")
    .option("--rounds <count>", "runs of each; six and more have an interval", "7")
    .option(
      "--server <kind>",
      `where our server has its bodies: ${serverSources.join(", ")}`,
      "routes",
    )
    .option(...transportOption)
    .option(...seedOption("the order of runs"));
  return addOutputOptions(command).addHelpText("after", examples);
}

const mostConnections = 10_000;

export function readPeersOptions(flags: PeersFlags, invocation: Invocation): PeersConfig {
  const names = (items: readonly { readonly name: string }[]) => items.map(({ name }) => name);
  return {
    strategies:
      flags.strategy === undefined
        ? [...coreStrategies, ...names(references)]
        : names(chooseMany("strategy", flags.strategy, contenders)),
    fixtures: names(chooseMany("fixture", flags.fixture, fixtures)),
    connections: readPositiveCount("-c", flags.connections, mostConnections),
    durationMs: readPositiveDurationMs("-d", flags.duration),
    rounds: readPositiveCount("--rounds", flags.rounds, 100),
    source: readServerSource(flags.server),
    transport: readTransport(flags.transport, false),
    seed: readSeed(flags.seed),
    output: readOutput(flags, invocation),
  };
}
