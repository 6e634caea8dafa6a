import type { Command } from "commander";
import { readers } from "./micro/readers.ts";
import type { MicroSettings } from "./micro/run.ts";
import { chooseMany, readPositiveCount } from "./options.ts";
import {
  commandLine,
  type Env,
  type OutputConfig,
  type OutputFlags,
  readOutput,
} from "./output-options.ts";
import { readSeed } from "./race-options.ts";

export interface MicroConfig {
  readonly strategies: readonly string[];
  readonly settings: MicroSettings;
  readonly seed: number;
  readonly output: OutputConfig;
  readonly command: string;
}

interface MicroFlags extends OutputFlags {
  readonly strategy?: string;
  readonly replicates?: string;
  readonly seed?: string;
  readonly quick?: true;
}

export const microSettings = { replicates: 3, budgetMs: 15 } as const;
export const quickMicroSettings = { replicates: 3, budgetMs: 5 } as const;

export function addMicroOptions(command: Command): Command {
  return command
    .option("-s, --strategy <a,b>", "strategies (default: all that can be fed from memory)")
    .option("--replicates <count>", "fresh processes of each strategy (default: 3)")
    .option("--json", "the result on stdout, nothing else there")
    .option("-o, --output <file>", "write the result there as well")
    .option("--save-baseline", "keep the result as results/baseline.json")
    .option("--record", "add the run to results/history.jsonl")
    .option("--no-save", "keep no result in results/runs")
    .option("--seed <number>", "for the order of turns (default: from the clock)")
    .option("--quick", "shorter samples")
    .addHelpText("after", "\nExample:\n  bun run bench micro -s callback,web-streams");
}

export function readMicroOptions(
  flags: MicroFlags,
  argv: readonly string[],
  env: Env,
): MicroConfig {
  const settings = flags.quick ? quickMicroSettings : microSettings;
  const chosen =
    flags.strategy === undefined
      ? readers
      : chooseMany("strategy that memory can feed", flags.strategy, readers, "--strategy");
  return {
    strategies: chosen.map(({ name }) => name),
    settings: {
      ...settings,
      ...(flags.replicates !== undefined && {
        replicates: readPositiveCount("--replicates", flags.replicates, 1000),
      }),
    },
    seed: readSeed(flags.seed),
    output: readOutput(flags, env),
    command: commandLine(argv),
  };
}
