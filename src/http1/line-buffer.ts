import { LF } from "./bytes.ts";

/** Shared by all that have gathered nothing yet: most connections never do. */
const nothing = new Uint8Array(0);
const firstBytes = 256;

/** Gathers the bytes of a section whose lines arrive in pieces. Grows by doubling, is reused. */
export class LineBuffer {
  bytes = nothing;
  length = 0;
  /** Where the line begins that is not yet complete. */
  lineStart = 0;

  append(chunk: Uint8Array, from: number, to: number): void {
    const needed = this.length + to - from;
    if (needed > this.bytes.length) {
      const larger = new Uint8Array(Math.max(needed, this.bytes.length * 2, firstBytes));
      larger.set(this.bytes.subarray(0, this.length));
      this.bytes = larger;
    }
    this.bytes.set(chunk.subarray(from, to), this.length);
    this.length = needed;
  }

  /** Appends up to the end of the line or of the chunk, and returns the index after it. */
  appendLine(chunk: Uint8Array, from: number): number {
    const lf = chunk.indexOf(LF, from);
    const to = lf === -1 ? chunk.length : lf + 1;
    this.append(chunk, from, to);
    return to;
  }

  clear(): void {
    this.length = 0;
    this.lineStart = 0;
  }
}
