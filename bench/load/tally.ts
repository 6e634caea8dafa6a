import { highestTrackableNs } from "./histogram.ts";

/** Three significant digits: 2048 values to a bucket, each bucket twice as coarse as the one before. */
const subBucketBits = 11;
const halfBits = subBucketBits - 1;
const buckets = 31 - subBucketBits + 1;

/** A duration in nanoseconds, to the three digits of its bucket, and how often it was counted. */
export type Counted = readonly [ns: number, count: number];

/**
 * Counts durations in HdrHistogram's own buckets, 4 ns a record where the library takes 58 for values
 * that vary: it is on the path of every request, and adds 1 % to a request of 7 µs. Generators need no
 * more of histograms than this: the coordinator makes them of what was counted, with the library that
 * it alone has loaded and its compilers know.
 */
export class Tally {
  /** 32 bits, so that twice as many share a cache line; 4e9 answers of one duration take half a day. */
  private readonly counts = new Uint32Array((buckets + 1) << halfBits);
  /** Durations of 2^31 ns and more, rare by nature. */
  private readonly large = new Map<number, number>();

  /** Counts a duration in nanoseconds, fractions dropped; the histogram's end is the most it can be. */
  record(ns: number): void {
    if (ns >= 0x7fffffff) {
      this.recordLarge(Math.min(Math.round(ns), highestTrackableNs));
      return;
    }
    const value = ns < 0 ? 0 : ns | 0;
    // HdrHistogram's countsArrayIndex for a unit of 1: the bucket from the leading zeros, then the
    // sub-bucket within it.
    const bucket = 32 - subBucketBits - Math.clz32(value | ((1 << subBucketBits) - 1));
    const index = (bucket << halfBits) + (value >>> bucket);
    this.counts[index] = (this.counts[index] as number) + 1;
  }

  /** Durations counted so far. */
  get count(): number {
    return this.counted().reduce((sum, [, count]) => sum + count, 0);
  }

  reset(): void {
    this.counts.fill(0);
    this.large.clear();
  }

  /** All that was counted, the shortest first; as a histogram, each lands in the bucket in which it was. */
  counted(): Counted[] {
    const all: Counted[] = [];
    for (let index = 0; index < this.counts.length; index++) {
      const count = this.counts[index] as number;
      if (count > 0) all.push([lowestOf(index), count]);
    }
    return all.concat([...this.large].sort(([a], [b]) => a - b));
  }

  private recordLarge(ns: number): void {
    const unit = 2 ** (Math.floor(Math.log2(ns)) - halfBits);
    const lowest = Math.floor(ns / unit) * unit;
    this.large.set(lowest, (this.large.get(lowest) ?? 0) + 1);
  }
}

/** The smallest value that is counted at `index`. */
function lowestOf(index: number): number {
  const half = index >> halfBits;
  if (half < 2) return index;
  const bucket = half - 1;
  return (index - (bucket << halfBits)) * 2 ** bucket;
}
