/** Less than this is collected in the time that it takes to free it: measured with Bun 1.4.5. */
const leastFreedBytes = 8 * 1024;

/**
 * Frees the memory of a chunk that nobody needs any more, if it is large and has its buffer to itself;
 * the chunk is then empty. Left to the garbage collector, megabytes of read chunks pile up, and each
 * new one is copied to memory that has long left the caches: 64 KiB then take 16 µs of CPU to read,
 * and 13 with this.
 */
export function freeIfLarge(chunk: Uint8Array): void {
  const { buffer, byteLength } = chunk;
  if (byteLength < leastFreedBytes || byteLength !== buffer.byteLength) return;
  if (buffer instanceof ArrayBuffer) buffer.transfer(0);
}
