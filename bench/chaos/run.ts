import { join } from "node:path";
import type { ErrorKind } from "../../src/errors.ts";
import type { Generator } from "../load/executor.ts";
import { once } from "../load/messages.ts";
import { processExecutor } from "../load/process-executor.ts";
import type { Recording, RequestCounts } from "../load/sample.ts";
import { addCounts } from "../load/workers.ts";
import { spawnChild } from "../system/child.ts";
import { onAbort } from "../system/interrupt.ts";
import { expectedAnswer, fixedTarget } from "../target/target.ts";
import { goodBody } from "./answer.ts";
import type { ChaosCommand, ChaosListening, ChaosServerOptions, ChaosTally } from "./messages.ts";

const script = join(import.meta.dir, "chaos-server.ts");

/** For a whole exchange: stalls are cut off after it. */
export const timeoutMs = 200;
const timeouts = { connectMs: 5000, firstByteMs: timeoutMs, wholeMs: timeoutMs };
/** Compilers and the heap come to rest meanwhile; memory is compared with what it was then. */
const longestWarmUpMs = 10_000;
/** A slice ends when all that it sent has ended, well or not: counts are compared when none is left. */
const longestSliceMs = 2000;
/** How long connections that were closed may take to be gone on the other side. */
const settleMs = 1000;

export interface ChaosSettings {
  readonly durationMs: number;
  readonly connections: number;
  readonly faultShare: number;
  readonly seed: number;
}

/** What one strategy and its server have counted, each for itself. */
export interface ChaosSample {
  readonly strategy: string;
  readonly requests: RequestCounts;
  readonly recording: Recording;
  /** All errors of the client, those of the warm-up and of the edges included. */
  readonly errors: Readonly<Partial<Record<ErrorKind, number>>>;
  readonly tally: ChaosTally;
}

/**
 * Loads a server that injects faults at random, with one strategy, until the time is up. Undefined where it
 * was interrupted in its warm-up.
 */
export async function runChaos(
  strategy: string,
  { durationMs, connections, faultShare, seed }: ChaosSettings,
  signal: AbortSignal,
): Promise<ChaosSample | undefined> {
  const options: ChaosServerOptions = { faultShare, seed };
  const server = spawnChild<ChaosCommand, ChaosListening | ChaosTally>(script, options);
  try {
    const listening = await server.next();
    if (listening.kind !== "listening") throw new Error("the chaos server did not start");
    const target = fixedTarget(listening.port, expectedAnswer(goodBody), false);
    const executor = processExecutor(target, {
      reading: "message",
      pipeline: 1,
      transport: "direct",
      timeouts,
    });
    const generator = await executor.start({ strategy }, "chaos", connections);
    try {
      const requests = await loadFor(generator, durationMs, signal);
      if (requests === undefined) return undefined;
      const recording = await generator.finish();
      await Bun.sleep(settleMs);
      const tally = await server.ask("tally");
      if (tally.kind !== "tally") throw new Error("the chaos server gave no tally");
      const errors = addCounts([recording.errors, recording.uncountedErrors]);
      return { strategy, requests, recording, errors, tally };
    } finally {
      await generator.abandon();
    }
  } finally {
    await server.stop();
  }
}

async function loadFor(
  generator: Generator,
  durationMs: number,
  signal: AbortSignal,
): Promise<RequestCounts | undefined> {
  const sum = { issued: 0, ok: 0, failed: 0, unfinished: 0 };
  const windowMs = Math.min(durationMs, longestSliceMs);
  const warmUpMs = Math.min(durationMs, longestWarmUpMs);
  // Afterwards slices come to their end, so that both sides have counted the same.
  const keepOn = onAbort(signal, generator.stop);
  await generator.warmUp([once({ kind: "time", windowMs: warmUpMs })]);
  keepOn();
  if (signal.aborted) return undefined;
  // One that hangs would not come to the end of its slice.
  const forget = onAbort(signal, () => generator.hurry(longestSliceMs + 5000));
  const endMs = performance.now() + durationMs;
  do {
    const { requests } = await generator.slice({ kind: "time", windowMs });
    sum.issued += requests.issued;
    sum.ok += requests.ok;
    sum.failed += requests.failed;
    sum.unfinished += requests.unfinished;
  } while (performance.now() < endMs && !signal.aborted);
  forget();
  return sum;
}
