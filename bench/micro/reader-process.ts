import { asError } from "../../src/errors.ts";
import { loadSource } from "../load/clients.ts";
import { measureShape, warmUpShape } from "./engine.ts";
import { type Shape, shapes } from "./grid.ts";
import type { MicroCommand, MicroOptions, MicroReport } from "./messages.ts";

/** At each point. */
const warmUpMs = 6;

const report = (message: MicroReport) => process.send?.(message);
const failed = (error: unknown) => report({ kind: "failed", message: asError(error).message });

/** One strategy, point by point as the coordinator asks. Its one argument is MicroOptions as JSON. */
async function main(): Promise<void> {
  const { strategy, checkout, budgetMs } = JSON.parse(process.argv[2] ?? "{}") as MicroOptions;
  const reader = (await loadSource(checkout)).findStrategy(strategy);
  // Once over all points for the JIT compilers: what they learn at one changes the others.
  for (const shape of shapes) await warmUpShape(reader, shape, warmUpMs);
  process.on("message", ({ point }: MicroCommand) => {
    measureShape(reader, shapes[point] as Shape, budgetMs).then(
      (samplesNs) => report({ kind: "samples", samplesNs }),
      failed,
    );
  });
  report({ kind: "warm" });
}

process.on("disconnect", () => process.exit(0));
main().catch(failed);
