import { drainMicrotasks } from "bun:jsc";
import { Epoll, findBunsEpoll } from "./epoll.ts";
import { EAGAIN, type Libc, MSG_NOSIGNAL, openLibc, SO_RCVLOWAT, SOL_SOCKET } from "./libc.ts";
import { isLent, lend, slabBytes, takeSlab } from "./slabs.ts";

/** A connection whose socket is read here, and not by Bun. */
export interface DirectReader {
  arrived(data: Uint8Array): void;
  /** Bun reads it again, from now on: the peer has closed, or things have become quiet. */
  handedBack(): void;
  /** Reading has failed with this error number; it is not read any more. */
  broken(errno: number): void;
  /** `arrived` has thrown. */
  failed(error: Error): void;
}

/** Of one socket, before another has its turn: as many as an expected piece fills. */
const mostSlabs = 4;
const mostExpected = mostSlabs * slabBytes;
/** Less is not worth two system calls. */
const leastExpected = slabBytes;
/**
 * So many sockets are read before those who wait for their data go on. As in asyncio's loop, all that is
 * ready is read first: to go on after each, as in Bun's, costs a future or a stream 0.3 µs a response,
 * since code and data of both sides leave the caches each time.
 */
const mostBeforeWaiters = 16;
/** For so long it reads before Bun's event loop, with its timers and messages, has its turn. */
const turnMs = 0.5;
/** The shortest that there is. */
const sleepMs = 1;

/** When data keeps coming: for `busyMs`, with no `quietMs` in between in which there was none. */
export interface Pace {
  readonly busyMs: number;
  readonly quietMs: number;
}

const defaultPace: Pace = { busyMs: 3, quietMs: 1 };

export function canReadDirectly(): boolean {
  return openLibc() !== undefined && findBunsEpoll() !== undefined;
}

/** Undefined where there is no epoll, or no way to call it. */
export function openDirectReads(pace = defaultPace): DirectReads | undefined {
  const libc = openLibc();
  const bunsEpoll = findBunsEpoll();
  if (libc === undefined || bunsEpoll === undefined) return undefined;
  const epoll = Epoll.open(libc);
  return epoll && new DirectReads(libc, epoll, bunsEpoll, pace);
}

/**
 * Reads sockets by recv(2) as long as data keeps coming, where Bun's event loop would read into a buffer
 * of its own and copy each chunk into new memory: 64 KiB take 10 µs of CPU in place of 16, and small
 * responses a twentieth less. Bun opens the sockets and closes them, watches those that are quiet, and
 * sees how each ends; those that are busy are read here, in turns of half a millisecond.
 *
 * A turn that has nothing to read sleeps in its own epoll_wait, which wakes for Bun's epoll as well: no
 * socket and no message waits for it, but timers fire up to a millisecond later while data keeps coming.
 * Who has instants to keep sets `maySleep` to false.
 */
export class DirectReads {
  maySleep = true;
  private readonly libc: Libc;
  private readonly epoll: Epoll;
  private readonly bunsEpoll: number;
  private readonly pace: Pace;
  /** By file descriptor. */
  private readonly readers: (DirectReader | undefined)[] = [];
  private slab = takeSlab();
  /** By file descriptor, SO_RCVLOWAT where it is not 1. */
  private readonly leastBytes: (number | undefined)[] = [];
  private readonly option = new Int32Array(1);
  private readonly optionBytes = new Uint8Array(this.option.buffer);
  /** Whose data was delivered last, and how many bytes it has said to expect since. */
  private readingFd = -1;
  private expected = 0;
  private lastMs = Number.NEGATIVE_INFINITY;
  private busySinceMs = 0;
  private turning = false;
  private count = 0;

  /** `epoll` is its own, which it watches together with `bunsEpoll`. */
  constructor(libc: Libc, epoll: Epoll, bunsEpoll: number, pace: Pace) {
    this.libc = libc;
    this.epoll = epoll;
    this.bunsEpoll = bunsEpoll;
    this.pace = pace;
    epoll.add(bunsEpoll);
  }

  /** How many sockets are read here. */
  get size(): number {
    return this.count;
  }

  /** Bun has read something. Whether its socket should be read here from now on. */
  noticed(): boolean {
    const nowMs = performance.now();
    if (nowMs - this.lastMs > this.pace.quietMs) this.busySinceMs = nowMs;
    this.lastMs = nowMs;
    return nowMs - this.busySinceMs >= this.pace.busyMs;
  }

  /** Reads the socket from now on; false where that cannot be. Bun must not read it meanwhile. */
  take(fd: number, reader: DirectReader): boolean {
    if (!this.epoll.add(fd)) return false;
    this.readers[fd] = reader;
    this.count++;
    if (!this.turning) {
      this.turning = true;
      setImmediate(this.turn);
    }
    return true;
  }

  /** How many bytes must come before they are of use; heeded of the socket whose data is being delivered. */
  expect(fd: number, byteLength: number): void {
    if (fd === this.readingFd) this.expected = byteLength;
  }

  /** Reads it no more. */
  drop(fd: number): void {
    if (this.leastBytes[fd] !== undefined) this.wakeFor(fd, 0);
    this.readers[fd] = undefined;
    this.count--;
    this.epoll.remove(fd);
  }

  /** Writes what the socket takes at once; returns how many bytes, or less than 0 for an error. */
  send(fd: number, data: Uint8Array): number {
    return this.libc.send(fd, data, data, MSG_NOSIGNAL);
  }

  private readonly turn = (): void => {
    const endMs = performance.now() + turnMs;
    let nowMs: number;
    do {
      if (this.count === 0) {
        this.turning = false;
        return;
      }
      const waitMs = this.maySleep ? sleepMs : 0;
      const count = this.epoll.wait(waitMs);
      nowMs = performance.now();
      if (count > 0) {
        if (this.readAll(count, nowMs)) break;
      } else if (nowMs - this.lastMs > this.pace.quietMs) {
        this.rest();
        return;
      } else if (!this.maySleep) {
        break;
      }
    } while (nowMs < endMs);
    setImmediate(this.turn);
  };

  /** Whether Bun has something to do, too. */
  private readAll(count: number, nowMs: number): boolean {
    const { epoll } = this;
    let isBunReady = false;
    for (let i = 0; i < count; i++) {
      const fd = epoll.fdOf(i);
      if (fd === this.bunsEpoll) {
        isBunReady = true;
        continue;
      }
      this.lastMs = nowMs;
      const reader = this.readers[fd];
      // Gone in this turn.
      if (reader === undefined) continue;
      if (epoll.isBroken(i)) this.handBack(fd, reader);
      else this.readOne(fd, reader);
      if (i % mostBeforeWaiters === mostBeforeWaiters - 1) drainMicrotasks();
    }
    drainMicrotasks();
    return isBunReady;
  }

  private readOne(fd: number, reader: DirectReader): void {
    for (let slabs = 0; slabs < mostSlabs; slabs++) {
      const length = this.libc.recv(fd, this.slab, this.slab, 0);
      if (length <= 0) {
        this.readNothing(fd, reader, length);
        return;
      }
      this.expected = 0;
      this.readingFd = fd;
      this.deliver(reader, this.chunkOf(length));
      // At once, so that a slab comes back while it is in the caches, and what is expected is known.
      if (isLent(length) || this.leastBytes[fd] !== undefined) drainMicrotasks();
      if (this.readers[fd] !== reader) return;
      if (this.expected !== 0 || this.leastBytes[fd] !== undefined) this.wakeFor(fd, this.expected);
      if (length < slabBytes) return;
    }
  }

  private deliver(reader: DirectReader, chunk: Uint8Array): void {
    try {
      reader.arrived(chunk);
    } catch (error) {
      reader.failed(error as Error);
    }
  }

  private readNothing(fd: number, reader: DirectReader, length: number): void {
    const errno = length < 0 ? this.libc.errno() : 0;
    if (errno === EAGAIN) return;
    if (errno === 0) {
      // Its end is still there for Bun to see.
      this.handBack(fd, reader);
      return;
    }
    this.drop(fd);
    reader.broken(errno);
  }

  /**
   * Lets the kernel wake us only when so much is there: 1 MiB then takes a wake-up or two in place of
   * nine, each of which costs the sender an interrupt of our core, and us a sleep.
   */
  private wakeFor(fd: number, expected: number): void {
    const wanted = expected < leastExpected ? undefined : Math.min(expected, mostExpected);
    if (wanted === this.leastBytes[fd]) return;
    this.leastBytes[fd] = wanted;
    this.option[0] = wanted ?? 1;
    this.libc.setsockopt(fd, SOL_SOCKET, SO_RCVLOWAT, this.optionBytes, 4);
  }

  /** What was read into the slab, as a chunk that is the reader's own. */
  private chunkOf(length: number): Uint8Array {
    const { slab } = this;
    if (!isLent(length)) return slab.slice(0, length);
    this.slab = takeSlab();
    return lend(slab, length);
  }

  /** Nothing comes: Bun watches all of them. */
  private rest(): void {
    this.turning = false;
    for (const [fd, reader] of this.readers.entries()) {
      if (reader !== undefined) this.handBack(fd, reader);
    }
  }

  private handBack(fd: number, reader: DirectReader): void {
    this.drop(fd);
    reader.handedBack();
  }
}
