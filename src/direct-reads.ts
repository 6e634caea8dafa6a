import { drainMicrotasks } from "bun:jsc";
import {
  EAGAIN,
  EPOLL_CTL_ADD,
  EPOLL_CTL_DEL,
  EPOLLERR_OR_HUP,
  EPOLLIN,
  epollEvent,
  findBunsEpoll,
  type Libc,
  MSG_NOSIGNAL,
  openLibc,
} from "./libc.ts";
import { isLent, lend, takeSlab } from "./slabs.ts";

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

/** Events that one call to epoll_wait can bring. */
const mostEvents = 1024;
/** For so long it reads before Bun's event loop, with its timers and messages, has its turn. */
const turnMs = 0.5;
/** The shortest sleep that epoll_wait knows. */
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
  const epoll = libc.epoll_create1(0);
  return epoll < 0 ? undefined : new DirectReads(libc, epoll, bunsEpoll, pace);
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
  private readonly epoll: number;
  private readonly bunsEpoll: number;
  private readonly pace: Pace;
  /** By file descriptor. */
  private readonly readers: (DirectReader | undefined)[] = [];
  private readonly events = new Int32Array(mostEvents * epollEvent.words);
  private readonly eventBytes = new Uint8Array(this.events.buffer);
  private slab = takeSlab();
  private lastMs = Number.NEGATIVE_INFINITY;
  private busySinceMs = 0;
  private turning = false;
  private count = 0;

  /** `epoll` is its own, which it watches together with `bunsEpoll`. */
  constructor(libc: Libc, epoll: number, bunsEpoll: number, pace: Pace) {
    this.libc = libc;
    this.epoll = epoll;
    this.bunsEpoll = bunsEpoll;
    this.pace = pace;
    this.control(EPOLL_CTL_ADD, bunsEpoll);
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
    if (!this.control(EPOLL_CTL_ADD, fd)) return false;
    this.readers[fd] = reader;
    this.count++;
    if (!this.turning) {
      this.turning = true;
      setImmediate(this.turn);
    }
    return true;
  }

  /** Reads it no more. */
  drop(fd: number): void {
    this.readers[fd] = undefined;
    this.count--;
    this.control(EPOLL_CTL_DEL, fd);
  }

  /** Writes what the socket takes at once; returns how many bytes, or less than 0 for an error. */
  send(fd: number, data: Uint8Array): number {
    return this.libc.send(fd, data, data, MSG_NOSIGNAL);
  }

  private readonly turn = (): void => {
    const { epoll, eventBytes, pace } = this;
    const endMs = performance.now() + turnMs;
    let nowMs: number;
    do {
      if (this.count === 0) {
        this.turning = false;
        return;
      }
      const waitMs = this.maySleep ? sleepMs : 0;
      const count = this.libc.epoll_wait(epoll, eventBytes, mostEvents, waitMs);
      nowMs = performance.now();
      if (count > 0) {
        if (this.readAll(count, nowMs)) break;
      } else if (nowMs - this.lastMs > pace.quietMs) {
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
    const { words, dataWord } = epollEvent;
    let isBunReady = false;
    for (let at = 0; at < count * words; at += words) {
      const fd = this.events[at + dataWord] as number;
      if (fd === this.bunsEpoll) {
        isBunReady = true;
        continue;
      }
      this.lastMs = nowMs;
      const reader = this.readers[fd];
      // Gone in this turn.
      if (reader === undefined) continue;
      if ((this.events[at] as number) & EPOLLERR_OR_HUP) this.handBack(fd, reader);
      else this.readOne(fd, reader);
      // As Bun does after each of its own callbacks: whoever waited for this data goes on now.
      drainMicrotasks();
    }
    return isBunReady;
  }

  private readOne(fd: number, reader: DirectReader): void {
    const { libc, slab } = this;
    const length = libc.recv(fd, slab, slab, 0);
    if (length > 0) {
      try {
        reader.arrived(this.chunkOf(length));
      } catch (error) {
        reader.failed(error as Error);
      }
      return;
    }
    const errno = length < 0 ? libc.errno() : 0;
    if (errno === EAGAIN) return;
    if (errno === 0) {
      // Its end is still there for Bun to see.
      this.handBack(fd, reader);
      return;
    }
    this.drop(fd);
    reader.broken(errno);
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

  private control(operation: number, fd: number): boolean {
    const event = new Int32Array(epollEvent.words);
    event[0] = EPOLLIN;
    event[epollEvent.dataWord] = fd;
    return this.libc.epoll_ctl(this.epoll, operation, fd, new Uint8Array(event.buffer)) === 0;
  }
}
