import type { RaceContext } from "../load/executor.ts";
import { once } from "../load/messages.ts";
import { onAbort } from "../system/interrupt.ts";

const warmConnections = 16;

/**
 * A server that has just started is slow for a second or two, which only the first heats would meet:
 * it is run in on every fixture, by a client that is then thrown away.
 */
export async function warmServer(
  fixtures: readonly string[],
  warmUpMs: number,
  { executor, signal }: Omit<RaceContext, "random">,
): Promise<void> {
  for (const fixture of fixtures) {
    if (signal.aborted) return;
    const client = await executor.start({ strategy: "floor" }, fixture, warmConnections);
    const forget = onAbort(signal, client.stop);
    try {
      await client.warmUp([once({ kind: "time", windowMs: warmUpMs })]);
    } finally {
      forget();
      await client.abandon();
    }
  }
}
