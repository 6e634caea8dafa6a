import type { Command } from "commander";
import { readers } from "../micro/readers.ts";
import type { MicroSettings } from "../micro/run.ts";
import {
  addKeepingOptions,
  addOutputOptions,
  type Invocation,
  type OutputConfig,
  type OutputFlags,
  readOutput,
} from "./output.ts";
import { readSeed, seedOption } from "./race.ts";
import { chooseMany, readPositiveCount } from "./values.ts";

export interface MicroConfig {
  readonly strategies: readonly string[];
  readonly settings: MicroSettings;
  readonly seed: number;
  readonly output: OutputConfig;
}

interface MicroFlags extends OutputFlags {
  readonly strategy?: string;
  readonly replicates?: string;
  readonly seed?: string;
  readonly quick?: true;
}

const microSettings = { replicates: 3, budgetMs: 15 } as const;
export const quickMicroSettings = { replicates: 3, budgetMs: 5 } as const;

const examples = `
Examples:
  bun run bench micro -s callback,web-streams
  bun run bench micro -s chunk-loop --quick --no-save`;

export function addMicroOptions(command: Command): Command {
  command
    .option("-s, --strategy <a,b>", "strategies (default: all that can be fed from memory)")
    .option("--replicates <count>", "fresh processes of each strategy (default: 3)")
    .option(...seedOption("the order of turns"))
    .option("--quick", "shorter samples");
  return addKeepingOptions(addOutputOptions(command)).addHelpText("after", examples);
}

export function readMicroOptions(flags: MicroFlags, invocation: Invocation): MicroConfig {
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
    output: readOutput(flags, invocation),
  };
}
