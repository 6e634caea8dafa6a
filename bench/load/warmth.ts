/**
 * JSC counts what a function does and compiles the busiest once more, with all it knows of them, while
 * they go on: a client's once it has been handed some 6,000 chunks, for a third of a second on slow
 * cores, and it is done before 10,000. Whoever looks earlier finds the compilers at rest. Told to begin
 * sooner (thresholdForFTLOptimizeAfterWarmUp), they knew less: 2 to 3 % more CPU a request, for good.
 */
const chunksBefore = 6_000;
const chunksAfter = 10_000;

/** Less is what the collector of samples and the odd late function take. */
const compilingShare = 0.05;

/** How far the client of a warm-up is. */
export interface Warmth {
  /** What it has been handed in all, and in its last slice. */
  readonly chunks: number;
  readonly lastChunks: number;
  /** Of the CPU time of its last slice, what compilers took. */
  readonly compilersShare: number;
}

export const cold: Warmth = { chunks: 0, lastChunks: 0, compilersShare: 0 };

/**
 * Whether a warm-up should go on: compilers are still at the client's code, or will be within
 * `slicesLeft` more slices like the last. Until they are done, on the same core, a response takes two to
 * three times as much CPU: on slow cores and one connection from the 350th to the 650th millisecond of
 * a process. Of a target too slow to come so far nothing is gained by waiting.
 */
export function isWorthWarming(
  { chunks, lastChunks, compilersShare }: Warmth,
  slicesLeft: number,
): boolean {
  if (chunks >= chunksAfter) return compilersShare > compilingShare;
  return chunks + lastChunks * slicesLeft >= chunksBefore;
}
