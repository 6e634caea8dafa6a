import { join } from "node:path";
import { z } from "zod";
import { asError } from "../../src/errors.ts";
import { strategies } from "../../src/strategies/registry.ts";
import type { CompareConfig } from "../compare-options.ts";
import { UserError } from "../errors.ts";
import { type GateSettings, readGateSettings } from "../gate-settings.ts";
import { splitList } from "../options.ts";
import { parseJson } from "../parse-json.ts";
import { resolveRevision } from "./checkout.ts";

const file = "bench/gate.json";

const gateFile = z.strictObject({
  strategies: z.string(),
  fixtures: z.string(),
  connections: z.string(),
  budget: z.string(),
  minEffect: z.string(),
  strict: z.boolean(),
});

/** What messages call each, here as there. */
const keys = {
  strategies: '"strategies"',
  fixtures: '"fixtures"',
  connections: '"connections"',
  budget: '"budget"',
  minEffect: '"minEffect"',
};

/**
 * The configuration with base's own bench/gate.json in place of the command line's choices: a pull
 * request that loosens the file in its own branch changes nothing for itself. `onOmission` is told of
 * strategies that head has no more: who removes one must be able to pass.
 */
export function withGateOfBase(
  config: CompareConfig,
  onOmission: (what: string) => void,
): CompareConfig {
  const { subjects } = config;
  if (subjects.kind !== "revisions") {
    throw new UserError("--gate reads bench/gate.json of a base revision: name a git revision");
  }
  return { ...config, ...readGateFile(resolveRevision(subjects.base), onOmission) };
}

function readGateFile(revision: string, onOmission: (what: string) => void): GateSettings {
  const { exitCode, stdout } = Bun.spawnSync(["git", "show", `${revision}:${file}`], {
    cwd: join(import.meta.dir, "../.."),
    stderr: "ignore",
  });
  if (exitCode !== 0) {
    throw new UserError(`${revision.slice(0, 8)} has no ${file}; add one, or leave out --gate`);
  }
  const isWrong = (why: string, cause?: unknown) =>
    new UserError(`${file} of ${revision.slice(0, 8)} is wrong: ${why}`, { cause });
  const text = parseJson(gateFile, stdout.toString());
  if (typeof text === "string") throw isWrong(text);
  const names = splitList(text.strategies);
  const gone = names.filter((name) => !strategies.some((strategy) => strategy.name === name));
  if (gone.length > 0 && gone.length < names.length) {
    onOmission(`not compared, since this checkout has no such strategy: ${gone.join(", ")}`);
  }
  const left = gone.length < names.length ? names.filter((name) => !gone.includes(name)) : names;
  try {
    return readGateSettings({ ...text, strategies: left.join(",") }, keys);
  } catch (cause) {
    throw isWrong(asError(cause).message, cause);
  }
}
