/**
 * Memory for chunks that are read from sockets. Left to the garbage collector, megabytes of chunks pile
 * up, and each new one is copied to memory that has long left the caches: 64 KiB then take 16 µs of CPU
 * to read, and 13 where chunks are given back.
 */

/** From 16 to 512 KiB no size was clearly faster, for responses of 64 KiB and of 1 MiB. */
export const slabBytes = 128 * 1024;
/** A chunk that fills less of its slab is copied out of it, so that who keeps it keeps no more. */
const leastLentBytes = slabBytes / 4;
/** Less than this is collected in the time that it takes to free it: measured with Bun 1.4.5. */
const leastFreedBytes = 8 * 1024;
const mostSpare = 16;

const spare: Uint8Array<ArrayBuffer>[] = [];
/** How many bytes of each were lent. */
const lent = new WeakMap<ArrayBufferLike, number>();

/** A slab to read into. */
export function takeSlab(): Uint8Array<ArrayBuffer> {
  return spare.pop() ?? new Uint8Array(slabBytes);
}

/** Whether a chunk of `length` bytes keeps the slab that it was read into; else it is copied out of it. */
export function isLent(length: number): boolean {
  return length >= leastLentBytes;
}

/** The first `length` bytes of `slab`, which is no longer the caller's. */
export function lend(slab: Uint8Array<ArrayBuffer>, length: number): Uint8Array<ArrayBuffer> {
  lent.set(slab.buffer, length);
  return slab.subarray(0, length);
}

/** Whether a chunk has a slab's memory, so that others gain by getting it back soon. */
function isInSlab(chunk: Uint8Array): boolean {
  return isLent(chunk.byteLength) && lent.get(chunk.buffer) === chunk.byteLength;
}

/**
 * Gives back the memory of a chunk that nobody needs any more, where that pays: a lent slab is lent
 * again, and a buffer that is the chunk's alone is freed; the chunk is then empty. A buffer of a slab's
 * size is never freed: where a chunk is given back twice, it waits to be lent.
 */
export function giveBack(chunk: Uint8Array): void {
  const { byteLength } = chunk;
  // First: a small chunk has no ArrayBuffer until somebody asks for it, and making one takes 0.4 µs.
  if (byteLength < leastFreedBytes) return;
  const { buffer } = chunk;
  if (!(buffer instanceof ArrayBuffer)) return;
  if (isInSlab(chunk)) {
    lent.delete(buffer);
    if (spare.length < mostSpare) spare.push(new Uint8Array(buffer));
  } else if (byteLength === buffer.byteLength && byteLength !== slabBytes) {
    buffer.transfer(0);
  }
}
