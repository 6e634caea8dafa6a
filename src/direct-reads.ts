import { drainMicrotasks } from "bun:jsc";
import { AsyncLocalStorage } from "node:async_hooks";
import { canSeeEpolls, Epoll, findEpollOf } from "./epoll.ts";
import { EAGAIN, type Libc, MSG_NOSIGNAL, openLibc } from "./libc.ts";
import { LowWater, mostExpectedBytes } from "./low-water.ts";
import { isLent, lend, slabBytes, takeSlab } from "./slabs.ts";
import { Ticker } from "./ticker.ts";

/** A connection whose socket is read here, and not by Bun. */
export interface DirectReader {
  /** As ArrivalObserver has it. Neither this nor what follows throws. */
  prefetch(): void;
  /** As Protocol has it. */
  getBuffer(): Uint8Array | undefined;
  bufferUpdated(byteLength: number): void;
  arrived(data: Uint8Array): void;
  /** Bun reads it again, from now on: the peer has closed, or things have become quiet. */
  handedBack(): void;
  /** Reading has failed with this error number; it is not read any more. */
  broken(errno: number): void;
}

/** Of one socket, before another has its turn: as many as an expected piece fills. */
const mostSlabs = mostExpectedBytes / slabBytes;
/**
 * So many sockets are read before those who wait for their data go on. As in asyncio's loop, all that is
 * ready is read first: to go on after each, as in Bun's, costs a future or a stream 0.3 µs a response,
 * since code and data of both sides leave the caches each time.
 */
const mostBeforeWaiters = 64;
/**
 * Of so many sockets at once what belongs to them is fetched from memory. A chunk needs some ten lines of it, and
 * to wait for each by itself takes 0.7 µs of 10 where 10,000 connections have pushed them all out of the caches.
 */
const prefetchedAtOnce = 16;
/** Bun's event loop has its turn after so long, or once all that are ready are read, whichever is later. */
const tickMs = 1;

/** Where an epoll should be and none is to be seen. */
const hidden = "hidden";

/** When sockets are read here: once data has come for `busyMs` without a gap of `gapMs`, until none has for `quietMs`. */
export interface BusyRule {
  readonly busyMs: number;
  readonly gapMs: number;
  readonly quietMs: number;
}

const usualRule: BusyRule = { busyMs: 3, gapMs: 1, quietMs: 5 };

export function canReadDirectly(): boolean {
  return usableLibc() !== undefined;
}

/** Not in a Worker, whose end would leave its epoll and its timer behind. */
function usableLibc(): Libc | undefined {
  return Bun.isMainThread && canSeeEpolls() ? openLibc() : undefined;
}

let shared: DirectReads | undefined;

/**
 * The one of this process, since two would hold each other's sockets up: each sleeps by itself. Undefined
 * where there is no epoll, or no way to call it.
 */
export function openDirectReads(): DirectReads | undefined {
  shared ??= createDirectReads(usualRule);
  return shared;
}

/** The same with a rule of its own, for tests. */
export function createDirectReads(rule: BusyRule): DirectReads | undefined {
  const libc = usableLibc();
  if (libc === undefined) return undefined;
  const epoll = Epoll.open(libc);
  const ticker = Ticker.open(libc);
  return epoll && ticker && new DirectReads(libc, epoll, ticker, rule);
}

/**
 * Reads sockets by recv(2) as long as data keeps coming, where Bun's event loop would read into a buffer
 * of its own and copy each chunk into new memory: 64 KiB take 10 µs of CPU in place of 16, and small
 * responses a twentieth less. Bun opens the sockets and closes them, watches those that are quiet, and
 * sees how each ends; those that are busy are read here, in turns of a millisecond.
 *
 * A turn that has nothing to read sleeps in its own epoll_wait, which wakes for Bun's epoll as well: no
 * socket and no message waits for it, but timers and immediates run up to a millisecond later while data
 * keeps coming. Not for where timers must be exact, as in an open loop. Protocols are called
 * in the async context in which this was opened.
 */
export class DirectReads {
  private readonly libc: Libc;
  private readonly epoll: Epoll;
  private readonly ticker: Ticker;
  private readonly epollOf: (socketFd: number) => number | undefined;
  /** Of the event loop that has the first socket which was to be read here. */
  private bunsEpoll: number | typeof hidden | undefined;
  private readonly rule: BusyRule;
  /** By file descriptor. */
  private readonly readers: (DirectReader | undefined)[] = [];
  private slab = takeSlab();
  private readonly lowWater: LowWater;
  /** Whose data was delivered last, and how many bytes it has said to expect since. */
  private readingFd = -1;
  private expected = 0;
  private lastMs = Number.NEGATIVE_INFINITY;
  private busySinceMs = 0;
  private turning = false;
  /** Ticks since something was read here. */
  private silentTicks = 0;
  private count = 0;

  /** `epoll` is its own, in which it watches `ticker` and Bun's epoll too. */
  constructor(
    libc: Libc,
    epoll: Epoll,
    ticker: Ticker,
    rule: BusyRule,
    epollOf: (socketFd: number) => number | undefined = findEpollOf,
  ) {
    this.epollOf = epollOf;
    this.libc = libc;
    this.lowWater = new LowWater(libc);
    this.epoll = epoll;
    this.ticker = ticker;
    this.rule = rule;
    epoll.add(ticker.fd);
  }

  /** How many sockets are read here. */
  get size(): number {
    return this.count;
  }

  /** Bun has read something. Whether its socket should be read here from now on. */
  noticed(): boolean {
    if (this.bunsEpoll === hidden) return false;
    const nowMs = performance.now();
    if (nowMs - this.lastMs > this.rule.gapMs) this.busySinceMs = nowMs;
    this.lastMs = nowMs;
    // What is read here is not noticed there.
    return this.count > 0 || nowMs - this.busySinceMs >= this.rule.busyMs;
  }

  /** Reads the socket from now on; false where that cannot be. Bun must not read it meanwhile. */
  take(fd: number, reader: DirectReader): boolean {
    if (!this.wakesForBun(fd) || !this.epoll.add(fd)) return false;
    // An array with holes is read more slowly, and compiled for anew.
    while (this.readers.length <= fd) this.readers.push(undefined);
    this.readers[fd] = reader;
    this.count++;
    if (!this.turning) {
      this.turning = true;
      this.silentTicks = 0;
      this.ticker.start(tickMs);
      this.scheduleTurn();
    }
    return true;
  }

  /** How many bytes must come before they are of use; heeded of the socket whose data is being delivered. */
  expect(fd: number, byteLength: number): void {
    if (fd === this.readingFd) this.expected = byteLength;
  }

  /** Reads it no more, from now on. */
  drop(fd: number): void {
    this.lowWater.set(fd, 0);
    this.epoll.remove(fd);
    this.forget(fd);
  }

  /** The same of a socket that is closed already: the kernel has forgotten it, and its number may be another's. */
  forget(fd: number): void {
    this.lowWater.forget(fd);
    this.readers[fd] = undefined;
    this.count--;
  }

  /** Writes what the socket takes at once; returns how many bytes, or less than 0 for an error. */
  send(fd: number, data: Uint8Array): number {
    return this.libc.send(fd, data, data, MSG_NOSIGNAL);
  }

  /** Whether a sleep here ends when Bun has something to do, whose event loop has the socket `fd`. */
  private wakesForBun(fd: number): boolean {
    if (this.bunsEpoll === undefined) {
      this.bunsEpoll = this.lookForEpoll(fd);
      if (typeof this.bunsEpoll === "number") this.epoll.add(this.bunsEpoll);
    }
    return typeof this.bunsEpoll === "number";
  }

  private lookForEpoll(fd: number): number | typeof hidden | undefined {
    try {
      return this.epollOf(fd) ?? hidden;
    } catch {
      // Another time, when a file descriptor is free to look with.
      return undefined;
    }
  }

  /** Else a turn would inherit the async context of the protocol whose connection was taken first. */
  private readonly scheduleTurn = AsyncLocalStorage.bind((): void => {
    setImmediate(this.turn);
  });

  private readonly turn = (): void => {
    while (this.count > 0) {
      if (this.readAll(this.epoll.wait())) {
        this.scheduleTurn();
        return;
      }
    }
    this.turning = false;
    this.ticker.stop();
  };

  /** Reads the `count` that are ready, and returns whether it is Bun's turn. */
  private readAll(count: number): boolean {
    const { epoll, ticker, bunsEpoll } = this;
    // A signal has come, which is Bun's to handle.
    let isBunsTurn = count < 0;
    for (let i = 0; i < count; i++) {
      if (i % prefetchedAtOnce === 0) this.prefetch(i, Math.min(i + prefetchedAtOnce, count));
      const fd = epoll.fdOf(i);
      if (fd === ticker.fd) {
        isBunsTurn = true;
        this.tick();
        continue;
      }
      if (fd === bunsEpoll) {
        isBunsTurn = true;
        continue;
      }
      this.silentTicks = 0;
      const reader = this.readers[fd];
      // Gone in this turn.
      if (reader === undefined) continue;
      if (epoll.isBroken(i)) this.handBack(fd, reader);
      else this.readOne(fd, reader);
      if (i % mostBeforeWaiters === mostBeforeWaiters - 1) drainMicrotasks();
    }
    drainMicrotasks();
    return isBunsTurn;
  }

  private prefetch(from: number, to: number): void {
    for (let i = from; i < to; i++) this.readers[this.epoll.fdOf(i)]?.prefetch();
  }

  private tick(): void {
    this.ticker.take();
    if (this.silentTicks++ * tickMs < this.rule.quietMs) return;
    for (const [fd, reader] of this.readers.entries()) {
      if (reader !== undefined) this.handBack(fd, reader);
    }
  }

  private readOne(fd: number, reader: DirectReader): void {
    for (let slabs = 0; slabs < mostSlabs; slabs++) {
      const wanted = reader.getBuffer();
      if (this.readers[fd] !== reader) return;
      const buffer = wanted ?? this.slab;
      const length = this.libc.recv(fd, buffer, buffer, 0);
      if (length <= 0) {
        this.readNothing(fd, reader, length);
        return;
      }
      this.expected = 0;
      this.readingFd = fd;
      if (wanted === undefined) reader.arrived(this.chunkOf(length));
      else reader.bufferUpdated(length);
      // At once, so that a slab comes back while it is in the caches, and what is expected is known.
      if (isLent(length) || this.lowWater.isSet(fd)) drainMicrotasks();
      if (this.readers[fd] !== reader) return;
      this.lowWater.set(fd, this.expected);
      if (length < buffer.length) return;
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

  /** What was read into the slab, as a chunk that is the reader's own. */
  private chunkOf(length: number): Uint8Array {
    const { slab } = this;
    if (!isLent(length)) return slab.slice(0, length);
    this.slab = takeSlab();
    return lend(slab, length);
  }

  private handBack(fd: number, reader: DirectReader): void {
    this.drop(fd);
    reader.handedBack();
  }
}
