import { join } from "node:path";
import { z } from "zod";
import { asError } from "../../src/errors.ts";
import { UserError } from "../errors.ts";
import type { CompareConfig } from "../flags/compare.ts";
import { type GateSettings, readGateSettings } from "../flags/gate.ts";
import { splitList } from "../flags/values.ts";
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
  fixtures: '"fixtures"',
  connections: '"connections"',
  budget: '"budget"',
  minEffect: '"minEffect"',
};

/**
 * The configuration with base's own bench/gate.json in place of the command line's choices: a pull
 * request that loosens the file in its own branch changes nothing for itself. Its strategies are base's, and
 * may not be ours.
 */
export function withGateOfBase(config: CompareConfig): CompareConfig {
  const { subjects } = config;
  if (subjects.kind !== "revisions") {
    throw new UserError("--gate reads bench/gate.json of a base revision: name a git revision");
  }
  return { ...config, ...readGateFile(resolveRevision(subjects.base)) };
}

function readGateFile(revision: string): GateSettings {
  const { exitCode, stdout } = Bun.spawnSync(["git", "show", `${revision}:${file}`], {
    cwd: join(import.meta.dir, "../.."),
    stderr: "ignore",
  });
  if (exitCode !== 0) {
    throw new UserError(`${revision.slice(0, 8)} has no ${file}; add one, or leave out --gate`);
  }
  const wrongGate = (why: string, cause?: unknown) =>
    new UserError(`${file} of ${revision.slice(0, 8)} is wrong: ${why}`, { cause });
  const text = parseJson(gateFile, stdout.toString());
  if (typeof text === "string") throw wrongGate(text);
  const strategies = [...new Set(splitList(text.strategies))];
  if (strategies.length === 0) throw wrongGate('"strategies" needs a name');
  try {
    return { strategies, ...readGateSettings(text, keys) };
  } catch (cause) {
    throw wrongGate(asError(cause).message, cause);
  }
}
