import { join } from "node:path";
import { z } from "zod";
import { asError } from "../../src/errors.ts";
import { type CompareConfig, type GateSettings, readGateSettings } from "../compare-options.ts";
import { UserError } from "../errors.ts";
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

/**
 * The configuration with base's own bench/gate.json in place of the command line's choices: a pull
 * request that loosens the file in its own branch changes nothing for itself.
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
  try {
    return readGateSettings(gateFile.parse(JSON.parse(stdout.toString())));
  } catch (cause) {
    const why = asError(cause).message.replace(/\s+/g, " ");
    throw new UserError(`${file} of ${revision.slice(0, 8)} is wrong: ${why}`, { cause });
  }
}
