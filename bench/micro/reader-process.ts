import { asError } from "../../src/errors.ts";
import { findStrategy } from "../../src/strategies/registry.ts";
import { measureShape } from "./engine.ts";
import { shapes } from "./grid.ts";
import type { MicroOptions, MicroReport } from "./messages.ts";

/** One strategy over the whole grid, in a process of its own. Its one argument is MicroOptions as JSON. */
async function main(): Promise<MicroReport> {
  const { strategy, budgetMs } = JSON.parse(process.argv[2] ?? "{}") as MicroOptions;
  const pass = async (shapeMs: number) => {
    const samplesNs: number[][] = [];
    for (const shape of shapes) {
      samplesNs.push(await measureShape(findStrategy(strategy), shape, shapeMs));
    }
    return samplesNs;
  };
  // Once over all shapes for the JIT compilers: what they learn at one point changes the others.
  await pass(budgetMs / 3);
  const samplesNs = await pass(budgetMs);
  return { kind: "samples", samplesNs };
}

process.on("disconnect", () => process.exit(0));
for (const name of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(name, () => {});
main()
  .catch((error: unknown): MicroReport => ({ kind: "failed", message: asError(error).message }))
  .then((report) => process.send?.(report));
