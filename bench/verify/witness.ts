import { join } from "node:path";
import { decodeHistogram, percentileOf } from "../load/histogram.ts";
import { spawnChild } from "../system/child.ts";
import type { BareOptions, BareReport } from "./bare-client.ts";
import { startDelayServer } from "./delay-child.ts";

const script = join(import.meta.dir, "bare-client.ts");
const durationMs = 3000;

/**
 * How much later than the server has sent it a bare client sees an answer after 5 ms, at the 99th
 * percentile: nothing of ours is in it, so that no client on this machine sees less now.
 */
export async function bareClientLatenessNs(): Promise<number> {
  const server = await startDelayServer({ kind: "constant", ms: 5 });
  try {
    await server.begin();
    const options: BareOptions = { port: server.port, connections: 10, durationMs };
    const client = spawnChild<never, BareReport>(script, options, "generator");
    try {
      const seen = decodeHistogram((await client.next()).serviceTime);
      const sent = await server.delays();
      return percentileOf(seen, 99) - percentileOf(sent, 99);
    } finally {
      await client.stop();
    }
  } finally {
    await server.stop();
  }
}
