import { fixtures } from "../../fixtures/registry.ts";
import { UserError } from "../errors.ts";
import { chooseMany, readConnections, readPositiveDurationMs } from "./values.ts";

/** What a gate is made of: all that could loosen it. */
export interface GateSettings {
  readonly strategies: readonly string[];
  readonly fixtures: readonly string[];
  readonly connections: readonly number[];
  readonly budgetMs: number;
  readonly minEffect: number;
  readonly strict: boolean;
}

/** All of a gate but its strategies, which may be those of another checkout. */
export type OtherGateSettings = Omit<GateSettings, "strategies">;

/** The settings of a gate as people write them, on the command line or in bench/gate.json. */
interface GateText {
  readonly fixtures: string;
  readonly connections: string;
  readonly budget: string;
  readonly minEffect: string;
  readonly strict: boolean;
}

/** What messages call the settings: flags, or keys of the file. */
type GateNames = Readonly<Record<Exclude<keyof GateText, "strict">, string>>;

const flagNames: GateNames = {
  fixtures: "--fixture",
  connections: "-c",
  budget: "--budget",
  minEffect: "--min-effect",
};

/** A UserError says which setting is wrong, by its name here or there. */
export function readGateSettings(text: GateText, names = flagNames): OtherGateSettings {
  const connections = readConnections(names.connections, text.connections, "64");
  return {
    fixtures: chooseMany("fixture", text.fixtures, fixtures, names.fixtures).map(
      ({ name }) => name,
    ),
    connections,
    budgetMs: readPositiveDurationMs(names.budget, text.budget),
    minEffect: readShare(names.minEffect, text.minEffect),
    strict: text.strict,
  };
}

/** "2%" or "0.02" as 0.02. */
function readShare(name: string, text: string): number {
  const [, amount, percent] = /^(\d+(?:\.\d+)?)\s*(%?)$/.exec(text) ?? [];
  const share = Number(amount) / (percent === "%" ? 100 : 1);
  if (amount === undefined || share <= 0 || share >= 1) {
    throw new UserError(`${name} ${text}: must be a share below 1, like 2% or 0.02`);
  }
  return share;
}
