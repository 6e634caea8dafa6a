/**
 * JSC counts what a function does and compiles the busiest once more, with all it knows of them, while
 * they go on: a client's once it has been handed some 6,000 chunks, for a third of a second on slow
 * cores, and it is done before 10,000. Whoever looks earlier finds the compilers at rest. Told to begin
 * sooner (thresholdForFTLOptimizeAfterWarmUp), they knew less: 2 to 3 % more CPU a request, for good.
 */
const chunksToCompile = 10_000;

/** What comes more slowly takes seconds to be compiled, and is not waited for. */
const leastChunksPerSecond = 3000;

/** Less is what the odd late function takes. */
const compilingShare = 0.05;

/** How far the client of a warm-up is. */
export interface Warmth {
  /** What it has been handed so far. */
  readonly chunks: number;
  /** In its fastest slice: compilers slow down the others. */
  readonly chunksPerSecond: number;
  /** Of the CPU time of its last slice, what compilers took. */
  readonly compilersShare: number;
}

export const cold: Warmth = { chunks: 0, chunksPerSecond: 0, compilersShare: 0 };

/**
 * Whether a warm-up should go on: compilers are still at the client's code, or soon will be. Until they
 * are done, on the same core, a response takes two to three times as much CPU: on slow cores from the
 * 350th to the 800th millisecond of a process with one connection, of undici with 64 for 2.8 seconds.
 */
export function isWorthWarming({ chunks, chunksPerSecond, compilersShare }: Warmth): boolean {
  if (chunksPerSecond < leastChunksPerSecond) return false;
  return chunks < chunksToCompile || compilersShare > compilingShare;
}
