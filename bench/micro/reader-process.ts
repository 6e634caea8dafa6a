import { loadSource } from "../load/clients.ts";
import { childOptions, failedReport, joinCoordinator } from "../system/child-side.ts";
import { measureShape, warmUpShape } from "./engine.ts";
import { type Shape, shapes } from "./grid.ts";
import type { MicroCommand, MicroOptions, MicroReport } from "./messages.ts";

/** At each point. */
const warmUpMs = 6;

/** One strategy, point by point as the coordinator asks. Its one argument is MicroOptions as JSON. */
async function main(): Promise<void> {
  let measure: ((shape: Shape) => Promise<readonly number[]>) | undefined;
  const report = joinCoordinator<MicroCommand, MicroReport>(({ point }) => {
    measure?.(shapes[point] as Shape).then(
      (samplesNs) => report({ kind: "samples", samplesNs }),
      fail,
    );
  });
  const fail = (error: unknown) => report(failedReport(error));
  try {
    const { strategy, checkout, budgetMs } = childOptions<MicroOptions>();
    const reader = (await loadSource(checkout)).findStrategy(strategy);
    // Once over all points for the JIT compilers: what they learn at one changes the others.
    for (const shape of shapes) await warmUpShape(reader, shape, warmUpMs);
    measure = (shape) => measureShape(reader, shape, budgetMs);
    report({ kind: "warm" });
  } catch (error) {
    fail(error);
  }
}

await main();
