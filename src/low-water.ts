import { type Libc, SO_RCVLOWAT, SOL_SOCKET } from "./libc.ts";
import { slabBytes } from "./slabs.ts";

/** More is never asked for at once: a socket's buffer must hold it. */
export const mostExpectedBytes = 4 * slabBytes;
/**
 * For less, two calls of setsockopt cost more than they save. Never less than a slab: who takes a chunk in
 * steps says in between what is missing, and takes nothing back when the rest of the chunk has brought it.
 */
const leastExpectedBytes = slabBytes;

/**
 * How much must be there before the kernel wakes who waits for a socket (SO_RCVLOWAT). 1 MiB then takes
 * three wake-ups in place of nine, each of which costs the sender and us a turn of the scheduler, and of a
 * core that sleeps an interrupt.
 */
export class LowWater {
  private readonly libc: Pick<Libc, "setsockopt">;
  /** By file descriptor, where it is not 1. */
  private readonly marks: (number | undefined)[] = [];
  private readonly option = new Int32Array(1);
  private readonly optionBytes = new Uint8Array(this.option.buffer);

  constructor(libc: Pick<Libc, "setsockopt">) {
    this.libc = libc;
  }

  isSet(fd: number): boolean {
    return this.marks[fd] !== undefined;
  }

  /** Whose `expectedBytes` are few is woken by the first of them. */
  set(fd: number, expectedBytes: number): void {
    const mark =
      expectedBytes < leastExpectedBytes ? undefined : Math.min(expectedBytes, mostExpectedBytes);
    if (mark === this.marks[fd]) return;
    this.marks[fd] = mark;
    this.option[0] = mark ?? 1;
    this.libc.setsockopt(fd, SOL_SOCKET, SO_RCVLOWAT, this.optionBytes, 4);
  }

  /** Of a socket that is closed. */
  forget(fd: number): void {
    this.marks[fd] = undefined;
  }
}
