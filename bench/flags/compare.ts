import { existsSync } from "node:fs";
import type { Command } from "commander";
import { type ServerSource, serverSources } from "../../server/messages.ts";
import { strategies } from "../../src/strategies/registry.ts";
import { UserError } from "../errors.ts";
import type { TransportKind } from "../load/transport.ts";
import { coreStrategies, usualBudgetMs } from "../plan.ts";
import { references } from "../references/registry.ts";
import { defaultMinEffect } from "../stats/verdict.ts";
import { type GateSettings, readGateSettings } from "./gate.ts";
import {
  addOutputOptions,
  type Invocation,
  type OutputConfig,
  type OutputFlags,
  readOutput,
} from "./output.ts";
import { readSeed, readTransport, seedOption, transportOption } from "./race.ts";
import { readServerSource } from "./serve.ts";
import { chooseMany, splitList } from "./values.ts";

/** What is compared with what. */
export type CompareSubjects =
  /** Git revisions; without a head it is the work tree. */
  | { readonly kind: "revisions"; readonly base: string; readonly head: string | undefined }
  | { readonly kind: "strategies"; readonly base: string; readonly head: string }
  | { readonly kind: "files"; readonly base: string; readonly head: string };

export interface CompareConfig extends GateSettings {
  readonly subjects: CompareSubjects;
  readonly source: ServerSource;
  readonly transport: TransportKind;
  /** Take the settings of the gate from base's bench/gate.json. */
  readonly gateOfBase: boolean;
  readonly ignoreEnvironment: boolean;
  readonly seed: number;
  readonly output: OutputConfig;
  readonly reporter: string;
}

interface CompareFlags extends OutputFlags {
  readonly strategy?: string;
  readonly fixture?: string;
  readonly connections?: string;
  readonly server?: string;
  readonly transport?: string;
  readonly budget?: string;
  readonly minEffect?: string;
  readonly strict?: true;
  readonly gate?: true;
  readonly ignoreEnvironment?: true;
  readonly seed?: string;
  readonly quick?: true;
  readonly reporter?: string;
}

const defaultBudget = `${usualBudgetMs / 1000}s`;
const quickBudget = "15s";
const defaultFixtures = "hello,64k";
const defaultConnections = "64";
const defaultShare = `${defaultMinEffect * 100}%`;

/** What says how a comparison is raced. */
const liveFlags = {
  strategy: "-s",
  fixture: "-f",
  connections: "-c",
  budget: "--budget",
  quick: "--quick",
} as const;
/** What says on what it is raced, and in which order. */
const machineFlags = { server: "--server", transport: "--transport", seed: "--seed" } as const;
/** What --gate takes from base's bench/gate.json. */
const gateFlags = { ...liveFlags, minEffect: "--min-effect", strict: "--strict" } as const;

const examples = `
Examples:
  bun run bench compare main                        the work tree against main, every core strategy
  bun run bench compare HEAD~1 HEAD -s callback -f hello
  bun run bench compare callback chunk-loop -f 64k  two strategies of this revision
  bun run bench compare before.json after.json      two results of one machine

Exit codes: 0 no regression; 1 regressed; 2 wrong input; 3 invalid (with --strict: or inconclusive);
130 interrupted.`;

export function addCompareOptions(command: Command): Command {
  command
    .argument("<base>", "a git revision, a result file or a strategy")
    .argument("[head]", "another of the same kind (default: the work tree)")
    .option("-s, --strategy <a,b>", `strategies (default: ${coreStrategies.join(",")})`)
    .option("-f, --fixture <a,b>", `fixtures (default: ${defaultFixtures})`)
    .option(
      "-c, --connections <64>",
      `connections of each side, each number a cell of its own (default: ${defaultConnections})`,
    )
    .option(
      "--budget <time>",
      `time for a cell, all arms and warm-ups, five replicates (some 25s) at least; a reader fed from memory takes as much as a fifth of that on top, 12s at least (default: ${defaultBudget})`,
    )
    .option("--min-effect <share>", `smallest change that counts (default: ${defaultShare})`)
    .option("--strict", "exit 3 where a verdict is inconclusive")
    .option("--gate", "all of the above as base's bench/gate.json says: for CI")
    .option("--ignore-environment", "compare files of different machines all the same")
    .option(
      "--server <kind>",
      `where our server has its bodies: ${serverSources.join(", ")} (default: memory)`,
    )
    .option(...transportOption)
    .option("-r, --reporter <name>", "how to show it; see list (default: text)")
    .option(...seedOption("the order of turns"))
    .option("--quick", "five replicates a cell, some 25s");
  return addOutputOptions(command).addHelpText("after", examples);
}

export function readCompareOptions(
  base: string,
  head: string | undefined,
  flags: CompareFlags,
  invocation: Invocation,
): CompareConfig {
  const subjects = readSubjects(base, head);
  if (flags.gate) {
    refuse(flags, gateFlags, (given) => `--gate takes ${given} from base's bench/gate.json`);
  }
  if (subjects.kind === "files") {
    refuse(
      flags,
      { ...liveFlags, ...machineFlags },
      (given) => `two result files are compared as they are, without ${given}`,
    );
  }
  if (subjects.kind !== "files") {
    refuse(
      flags,
      { ignoreEnvironment: "--ignore-environment" },
      (given) => `${given} is for two result files, and both sides are raced here`,
    );
  }
  if (subjects.kind === "strategies") {
    refuse(
      flags,
      { strategy: "-s" },
      (given) => `two strategies are named already, without ${given}`,
    );
  }
  if (flags.json && flags.reporter !== undefined) {
    throw new UserError("--json and -r: give one form of output");
  }
  const names = flags.strategy ?? coreStrategies.join(",");
  const words = splitList(names);
  const reference = references.find(({ name }) => words.includes(name));
  if (reference !== undefined) {
    throw new UserError(
      `-s ${reference.name}: ${reference.name} is a reference, and the same on both sides; compare races our strategies`,
    );
  }
  const budget = flags.budget ?? (flags.quick ? quickBudget : defaultBudget);
  return {
    strategies: chooseMany("strategy", names, strategies).map(({ name }) => name),
    ...readGateSettings({
      fixtures: flags.fixture ?? defaultFixtures,
      connections: flags.connections ?? defaultConnections,
      budget,
      minEffect: flags.minEffect ?? defaultShare,
      strict: flags.strict ?? false,
    }),
    subjects,
    source: readServerSource(flags.server ?? "memory"),
    transport: readTransport(flags.transport, false),
    gateOfBase: flags.gate ?? false,
    ignoreEnvironment: flags.ignoreEnvironment ?? false,
    seed: readSeed(flags.seed),
    output: readOutput(flags, invocation),
    reporter: flags.reporter ?? "text",
  };
}

/** Refuses flags that would not be heeded; `why` says so of those that are given. */
function refuse(
  flags: CompareFlags,
  unheeded: Partial<Record<keyof CompareFlags, string>>,
  why: (given: string) => string,
): void {
  const given = Object.entries(unheeded).flatMap(([name, flag]) =>
    flags[name as keyof CompareFlags] === undefined ? [] : [flag],
  );
  if (given.length === 0) return;
  throw new UserError(`${why(given.join(", "))}; leave ${given.length > 1 ? "them" : "it"} out`);
}

function readSubjects(base: string, head: string | undefined): CompareSubjects {
  const isStrategy = (name: string) => strategies.some((strategy) => strategy.name === name);
  const isFile = (name: string) => existsSync(name) && name.endsWith(".json");
  const given = head === undefined ? "" : ` "${head}" is none:`;
  if (isStrategy(base)) {
    if (head !== undefined && isStrategy(head)) return { kind: "strategies", base, head };
    const known = strategies.map(({ name }) => name).join(", ");
    throw new UserError(`compare ${base} with which strategy?${given} name one of ${known}`);
  }
  if (isFile(base)) {
    if (head !== undefined && isFile(head)) return { kind: "files", base, head };
    throw new UserError(`compare ${base} with which result file?${given} name a second .json file`);
  }
  if (head !== undefined && isStrategy(head)) {
    throw new UserError(
      `${head} is a strategy, and ${base} is none; of two revisions name the strategy with -s`,
    );
  }
  return { kind: "revisions", base, head };
}
