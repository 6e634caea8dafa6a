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
  /**
   * By file descriptor, where it is not 1. Not an array: written far beyond its end when a socket goes, it had
   * the compilers do once more all that looks into it, 3 ms of CPU in each second of a race.
   */
  private readonly marks = new Map<number, number>();
  private readonly option = new Int32Array(1);
  private readonly optionBytes = new Uint8Array(this.option.buffer);

  constructor(libc: Pick<Libc, "setsockopt">) {
    this.libc = libc;
  }

  isSet(fd: number): boolean {
    return this.marks.size > 0 && this.marks.has(fd);
  }

  /** Whose `expectedBytes` are few is woken by the first of them. */
  set(fd: number, expectedBytes: number): void {
    if (expectedBytes < leastExpectedBytes) this.clear(fd);
    else this.raise(fd, Math.min(expectedBytes, mostExpectedBytes));
  }

  /** Of a socket that is closed. */
  forget(fd: number): void {
    this.marks.delete(fd);
  }

  private clear(fd: number): void {
    if (!this.isSet(fd)) return;
    this.marks.delete(fd);
    this.tell(fd, 1);
  }

  private raise(fd: number, mark: number): void {
    if (this.marks.get(fd) === mark) return;
    this.marks.set(fd, mark);
    this.tell(fd, mark);
  }

  private tell(fd: number, mark: number): void {
    this.option[0] = mark;
    this.libc.setsockopt(fd, SOL_SOCKET, SO_RCVLOWAT, this.optionBytes, 4);
  }
}
