const quarters = 4;

/** A server that answers by this share more slowly than it is asked is one that falls behind. */
export const fallsBehindBy = 0.02;

/**
 * Whether an open loop's backlog grows throughout: even the fastest answers of each quarter of the time took
 * longer than those of the quarter before. Of one that comes and goes, after a stall or in a queue that is
 * full at times, some answers are as fast as ever; and the slowest, which may be slow for reasons of their
 * own, have no say. Where requests come twice as fast as they are answered it is seen in 100 requests, at
 * 1.2 times of random answers in 7 of 10 windows of 240; a steady queue that is busy nine tenths of the
 * time looks so in 1 to 9 of 100 (simulated).
 */
export class Backlog {
  private readonly durationNs: number;
  private readonly fastestNs = new Float64Array(quarters).fill(Number.POSITIVE_INFINITY);
  /** Of the answers that came within the window. */
  private inTime = 0;
  private firstNs = 0;
  private lastInTimeNs = 0;

  constructor(durationNs: number) {
    this.durationNs = durationNs;
  }

  /** A request that was due `dueNs` after the beginning has its answer `responseNs` later. */
  answered(dueNs: number, responseNs: number): void {
    const quarter = Math.min(quarters - 1, Math.floor((dueNs / this.durationNs) * quarters));
    if (responseNs < (this.fastestNs[quarter] as number)) this.fastestNs[quarter] = responseNs;
    const answeredNs = dueNs + responseNs;
    if (answeredNs > this.durationNs) return;
    if (this.inTime++ === 0) this.firstNs = answeredNs;
    this.lastInTimeNs = answeredNs;
  }

  /** From the first answer to the last within the window, where the backlog grows. */
  stretch(): { readonly answers: number; readonly windowNs: number } | undefined {
    if (this.inTime < 2 || !this.grows) return undefined;
    return { answers: this.inTime - 1, windowNs: this.lastInTimeNs - this.firstNs };
  }

  get grows(): boolean {
    const [first, ...later] = this.fastestNs;
    const last = later.at(-1);
    if (first === undefined || last === undefined || !Number.isFinite(last)) return false;
    const ascends = later.every((fastest, index) => fastest > (this.fastestNs[index] as number));
    const betweenNs = (this.durationNs * (quarters - 1)) / quarters;
    return ascends && last - first >= fallsBehindBy * betweenNs;
  }
}
