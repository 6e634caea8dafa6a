import { copyOf } from "./http1/bytes.ts";

const noBytes = new Uint8Array(0);

/** The rest of a chunk that is not longer is copied: the whole chunk would live as long as it. */
const smallBytes = 4096;

/**
 * Received chunks in order, read as if they were one array. Whole chunks pass without a copy, pieces are
 * copied: who has one may transfer it, and must not take the memory of what is still to be read.
 */
export class ByteQueue {
  private chunks: Uint8Array[] = [];
  private bytes = 0;

  get length(): number {
    return this.bytes;
  }

  push(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    this.chunks.push(chunk);
    this.bytes += chunk.length;
  }

  /** Removes and returns the first `count` bytes, or all that there are. */
  take(count: number): Uint8Array {
    const wanted = Math.min(count, this.bytes);
    if (wanted === 0) return noBytes;
    const first = this.chunks[0] as Uint8Array;
    if (first.length > wanted) {
      this.chunks[0] = first.subarray(wanted);
      this.bytes -= wanted;
      return copyOf(first, 0, wanted);
    }
    if (first.length === wanted) {
      this.chunks.shift();
      this.bytes -= wanted;
      // The rest of a chunk begins within it. To ask for its `buffer` makes one, 200 ns a whole small chunk.
      const isRest = first.byteOffset > 0;
      return isRest && wanted <= smallBytes ? copyOf(first, 0, wanted) : first;
    }
    return this.join(wanted);
  }

  clear(): void {
    this.chunks = [];
    this.bytes = 0;
  }

  /** Where `pattern` first occurs at or after `from`, or -1. */
  indexOf(pattern: Uint8Array, from: number): number {
    const lead = pattern[0] as number;
    // From the chunk that holds `from`, found from behind: whoever searches on has searched the others.
    let first = this.chunks.length;
    let base = this.bytes;
    while (first > 0 && base > from) base -= this.chunks[--first]?.length ?? 0;
    for (let i = first; i < this.chunks.length; i++) {
      const chunk = this.chunks[i] as Uint8Array;
      for (let at = Math.max(0, from - base); at < chunk.length; at++) {
        at = chunk.indexOf(lead, at);
        if (at === -1) break;
        if (this.matches(i, at, pattern)) return base + at;
      }
      base += chunk.length;
    }
    return -1;
  }

  private matches(chunkIndex: number, start: number, pattern: Uint8Array): boolean {
    let chunk = this.chunks[chunkIndex] as Uint8Array;
    let at = start;
    for (const byte of pattern) {
      if (at === chunk.length) {
        const next = this.chunks[++chunkIndex];
        if (next === undefined) return false;
        chunk = next;
        at = 0;
      }
      if (chunk[at++] !== byte) return false;
    }
    return true;
  }

  private join(wanted: number): Uint8Array {
    const joined = new Uint8Array(wanted);
    let filled = 0;
    let used = 0;
    while (filled < wanted) {
      const chunk = this.chunks[used] as Uint8Array;
      const part = chunk.length <= wanted - filled ? chunk : chunk.subarray(0, wanted - filled);
      joined.set(part, filled);
      filled += part.length;
      if (part.length < chunk.length) this.chunks[used] = chunk.subarray(part.length);
      else used++;
    }
    this.chunks.splice(0, used);
    this.bytes -= wanted;
    return joined;
  }
}

/** `chunks` as one array; a single chunk is returned as it is. */
export function concat(chunks: readonly Uint8Array[]): Uint8Array {
  if (chunks.length === 1) return chunks[0] as Uint8Array;
  const queue = new ByteQueue();
  for (const chunk of chunks) queue.push(chunk);
  return queue.take(queue.length);
}
