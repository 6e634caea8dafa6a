import { clockNs } from "./clock.ts";
import { compilersCpuNs } from "./compilers.ts";
import { processCpuNs } from "./cpu.ts";
import { plannedMsOf, type SliceLength, type WarmUpPhase } from "./messages.ts";
import type { Pace } from "./pace.ts";
import type { Recorder } from "./recorder.ts";
import type { SliceSample } from "./sample.ts";
import { cold, isWorthWarming, type Warmth } from "./warmth.ts";

/** Who is warmed up: a driver. */
export interface WarmUpSubject {
  readonly recorder: Pick<Recorder, "pace" | "chunks" | "forget">;
  /** Somebody has stopped it. */
  readonly cutShort: boolean;
  runSlice(length: SliceLength): Promise<SliceSample>;
  /** How long answers have just taken. */
  paced(pace: Pace): void;
}

/** Runs `phases` unmeasured. */
export async function runWarmUp(
  phases: readonly WarmUpPhase[],
  subject: WarmUpSubject,
): Promise<void> {
  for (const phase of phases) {
    const { chunks } = await runPhase(phase, subject);
    // Where nothing is answered, another phase would only wait once more for timeouts.
    if (chunks === 0) break;
  }
}

/** Each slice takes three rounds of answers at least: of slow ones fewer slices must do. */
async function runPhase(
  { slice, least, most }: WarmUpPhase,
  subject: WarmUpSubject,
): Promise<Warmth> {
  const sliceNs = plannedMsOf(slice) * 1e6;
  const beganNs = clockNs();
  // An open loop has code of its own, which a closed one before it has not warmed.
  let warmth = cold;
  for (let count = 0; count < most && !subject.cutShort; count++) {
    const elapsedNs = clockNs() - beganNs;
    const isEnough = count >= least || elapsedNs > least * sliceNs;
    if (isEnough && !isWorthWarming(warmth)) break;
    if (elapsedNs > most * sliceNs) break;
    warmth = await runSlice(slice, warmth, subject);
  }
  return warmth;
}

async function runSlice(
  length: SliceLength,
  before: Warmth,
  subject: WarmUpSubject,
): Promise<Warmth> {
  const { recorder } = subject;
  const cpuBeforeNs = processCpuNs();
  const compilersBeforeNs = compilersCpuNs();
  const beganNs = clockNs();
  const { requests, ended } = await subject.runSlice(length);
  // Whatever connections of this slice have still to say is not said to the next.
  await new Promise(setImmediate);
  const { pace, chunks: counted } = recorder;
  subject.paced(pace);
  // Those at the slice's edges were handed over as well, and not counted.
  const chunks = requests.ok > 0 ? (counted / requests.ok) * ended : 0;
  const perSecond = (chunks / (clockNs() - beganNs)) * 1e9;
  const compilersShare = (compilersCpuNs() - compilersBeforeNs) / (processCpuNs() - cpuBeforeNs);
  recorder.forget();
  return {
    chunks: before.chunks + chunks,
    chunksPerSecond: Math.max(before.chunksPerSecond, perSecond),
    compilersShare,
  };
}
