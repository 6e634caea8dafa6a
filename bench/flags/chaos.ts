import type { Command } from "commander";
import { parsingStrategies } from "../../src/strategies/registry.ts";
import type { ChaosSettings } from "../chaos/run.ts";
import { UserError } from "../errors.ts";
import { readSeed, seedOption } from "./race.ts";
import { chooseMany, readPositiveCount, readPositiveDurationMs } from "./values.ts";

export interface ChaosConfig {
  readonly strategies: readonly string[];
  readonly settings: ChaosSettings;
}

interface ChaosFlags {
  readonly strategy?: string;
  readonly duration: string;
  readonly connections: string;
  readonly faults: string;
  readonly seed?: string;
}

const examples = `
Examples:
  bun run bench chaos                  ten seconds and a warm-up, every strategy that parses
  bun run bench chaos -d 30m           a soak

Exit codes: 0 when every fault was seen as what it was, 3 otherwise.`;

const mostConnections = 1000;

export function addChaosOptions(command: Command): Command {
  return command
    .option("-s, --strategy <a,b>", "strategies, all at once (default: all that parse)")
    .option("-d, --duration <time>", "how long, after a warm-up as long (10s at most)", "10s")
    .option("-c, --connections <count>", "connections of each strategy", "8")
    .option("--faults <share>", "share of the requests that meet a fault", "20%")
    .option(...seedOption("the faults that are drawn"))
    .addHelpText("after", examples);
}

export function readChaosOptions(flags: ChaosFlags): ChaosConfig {
  const chosen =
    flags.strategy === undefined
      ? parsingStrategies
      : chooseMany("strategy that parses", flags.strategy, parsingStrategies, "--strategy");
  return {
    strategies: chosen.map(({ name }) => name),
    settings: {
      durationMs: readPositiveDurationMs("-d", flags.duration),
      connections: readPositiveCount("-c", flags.connections, mostConnections),
      faultShare: readShare(flags.faults),
      seed: readSeed(flags.seed),
    },
  };
}

function readShare(text: string): number {
  const [, percent] = /^(\d+(?:\.\d+)?)%$/.exec(text) ?? [];
  const share = Number(percent) / 100;
  // A server that only does wrong is given up, as it should be.
  if (!(share > 0 && share <= 0.9)) {
    throw new UserError(`--faults ${text}: must be from above 0% to 90%, like 20%`);
  }
  return share;
}
