import type { RaceSettings } from "../plan.ts";
import type { SliceLength, WarmUpPhase } from "./messages.ts";
import type { Pace } from "./pace.ts";
import { capacityTolerance, type Stage } from "./pacer.ts";
import { shareOf } from "./workers.ts";

/**
 * A slice spans at least so many mean service times, so that it holds several rounds of answers; and as
 * long as the longest take, since it settles for so long.
 */
const roundsPerSlice = 10;

/**
 * What ends one slice and begins the next is compiled only once it has happened a few times; and whether
 * the compilers rest is told by a whole slice, so that short ones waste less.
 */
const closedWarmUpSlices = 8;
/** An open loop's end may wait for the driver's next look at it. */
const openWarmUpSlices = 4;

/**
 * At full speed, so that the JIT compilers have soon seen enough of the clients; and before an open
 * loop, or in place of that where nobody may send more than its rate, in one like it, whose own code
 * would else be compiled while it is measured: that held up 2 % of the first second. In several slices,
 * since the end of the first makes the compilers drop what they took to be constant; and in more, up to
 * `mostWarmUpMs`, where they take longer.
 */
export function planWarmUp(settings: RaceSettings): readonly WarmUpPhase[] {
  const { warmUpMs, mostWarmUpMs, open, mayExceedRate, seed } = settings;
  if (warmUpMs === 0) return [];
  const countsOf = (least: number) => {
    const most = Math.max(least, Math.floor((least * mostWarmUpMs) / warmUpMs));
    return { least, most };
  };
  const closed = { kind: "time", windowMs: warmUpMs / closedWarmUpSlices } as const;
  const fullSpeed: WarmUpPhase = { slice: closed, ...countsOf(closedWarmUpSlices) };
  const rate = open?.stages[0]?.rate;
  if (open === undefined || rate === undefined) return [fullSpeed];
  const sliceMs = warmUpMs / openWarmUpSlices;
  const durationMs = mayExceedRate ? sliceMs : wholeGapsMs(sliceMs, rate);
  const plan = { kind: open.arrivals, stages: [{ durationMs, rate }], seed };
  const slice = { kind: "open", plan, share: { index: 0, of: 1 } } as const;
  const count = Math.max(1, Math.round(warmUpMs / durationMs));
  const atRate: WarmUpPhase = { slice, ...countsOf(count) };
  return mayExceedRate ? [fullSpeed, atRate] : [atRate];
}

/** Each slice begins with a request: it must last until the next one may be due. */
function wholeGapsMs(leastMs: number, rate: number): number {
  return (Math.max(1, Math.round((leastMs * rate) / 1000)) * 1000) / rate;
}

/** Replicates go on where the one before has left off: 10/s are 10 in a second, whatever it is cut into. */
function phaseOf(stages: readonly Stage[], replicate: number): number {
  const before =
    replicate * stages.reduce((sum, own) => sum + (own.rate * own.durationMs) / 1000, 0);
  const phase = Math.ceil(before) - before;
  return phase > 1 - capacityTolerance ? 0 : phase;
}

/** Of fewer requests than replicates some have none. */
export function hasSlices({ requests, replicates }: RaceSettings, replicate: number): boolean {
  return requests === undefined || shareOf(requests, replicates, replicate) > 0;
}

/** The slices of one replicate: equal stretches of its share of the time, or of the requests. */
export function planSlices(
  { durationMs, requests, replicates, open, seed, sliceMs }: RaceSettings,
  replicate: number,
  rivals: number,
  { meanNs, longNs }: Pace,
): readonly SliceLength[] {
  const count = requests === undefined ? undefined : shareOf(requests, replicates, replicate);
  if (count === 0) return [];
  if (open !== undefined) {
    const stages =
      count === undefined
        ? open.stages
        : open.stages.map(({ rate }) => ({ rate, durationMs: (count / rate) * 1000 }));
    const plan = {
      kind: open.arrivals,
      stages,
      seed: seed + replicate,
      phase: count === undefined ? phaseOf(stages, replicate) : 0,
    };
    // A backlog must not be cut short by somebody else's turn.
    return [{ kind: "open", plan, share: { index: 0, of: 1 } }];
  }
  if (count !== undefined) return [{ kind: "requests", count }];
  const shareMs = durationMs / replicates;
  // Who races alone has nobody to take turns with.
  if (rivals === 1) return [{ kind: "time", windowMs: shareMs }];
  const leastMs = Math.max(roundsPerSlice * meanNs, longNs) / 1e6;
  const windowMs = Math.min(shareMs, Math.max(sliceMs, leastMs));
  const slices = Math.max(1, Math.round(shareMs / windowMs));
  return Array.from({ length: slices }, () => ({ kind: "time", windowMs: shareMs / slices }));
}
