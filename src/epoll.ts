import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import type { Libc } from "./libc.ts";

/** From sys/epoll.h, the same on every architecture. */
const EPOLL_CLOEXEC = 0x80000;
const EPOLL_CTL_ADD = 1;
const EPOLL_CTL_DEL = 2;
const EPOLLIN = 0x001;
const EPOLLERR_OR_HUP = 0x008 | 0x010;

/** Events that one wait can bring. */
const mostEvents = 1024;

/**
 * An epoll_event in words of 32 bits: its events first, then what it is told to bring with them. On
 * x86-64 it is packed (epoll_ctl(2), `__EPOLL_PACKED`).
 */
export const epollEvent =
  process.arch === "x64" ? { words: 3, dataWord: 1 } : { words: 4, dataWord: 2 };

/** The file descriptors of which it tells that something can be read (epoll(7)). */
export class Epoll {
  private readonly libc: Libc;
  private readonly fd: number;
  private readonly events = new Int32Array(mostEvents * epollEvent.words);
  private readonly eventBytes = new Uint8Array(this.events.buffer);
  private readonly event = new Int32Array(epollEvent.words);
  private readonly oneEvent = new Uint8Array(this.event.buffer);

  /** Undefined where the kernel refuses. */
  static open(libc: Libc): Epoll | undefined {
    const fd = libc.epoll_create1(EPOLL_CLOEXEC);
    return fd < 0 ? undefined : new Epoll(libc, fd);
  }

  private constructor(libc: Libc, fd: number) {
    this.libc = libc;
    this.fd = fd;
  }

  /** False where the kernel refuses. */
  add(fd: number): boolean {
    return this.control(EPOLL_CTL_ADD, fd);
  }

  remove(fd: number): void {
    this.control(EPOLL_CTL_DEL, fd);
  }

  /** Waits; returns how many are ready, numbered from 0 until the next wait, or less than 0 after a signal. */
  wait(): number {
    return this.libc.epoll_wait(this.fd, this.eventBytes, mostEvents, -1);
  }

  fdOf(index: number): number {
    return this.events[index * epollEvent.words + epollEvent.dataWord] as number;
  }

  /** Whether there is an error, or the peer is gone. */
  isBroken(index: number): boolean {
    return ((this.events[index * epollEvent.words] as number) & EPOLLERR_OR_HUP) !== 0;
  }

  private control(operation: number, fd: number): boolean {
    this.event[0] = EPOLLIN;
    this.event[epollEvent.dataWord] = fd;
    return this.libc.epoll_ctl(this.fd, operation, fd, this.oneEvent) === 0;
  }
}

/** Whether the kernel shows what epolls watch: not all that look like Linux do. */
export function canSeeEpolls(proc = "/proc/self"): boolean {
  try {
    return findOwnEpoll(proc, /^tfd:/m) !== undefined;
  } catch {
    return false;
  }
}

/**
 * The epoll with which Bun's event loop waits for the socket `socketFd`; undefined where that is not to be
 * seen. An epoll can be watched by another (epoll(7)). A process may have several: its HTTP client's
 * thread has one, in `bun test` now before and now after that of the main thread. Throws where no file
 * descriptor is free to look with.
 */
export function findEpollOf(socketFd: number, proc = "/proc/self"): number | undefined {
  return findOwnEpoll(proc, new RegExp(`^tfd:\\s*${socketFd} `, "m"));
}

/** The first epoll that watches what `watched` says, in the words of proc_pid_fdinfo(5). */
function findOwnEpoll(proc: string, watched: RegExp): number | undefined {
  try {
    return readdirSync(`${proc}/fd`)
      .map(Number)
      .find((fd) => {
        const info = ownEpollInfo(proc, fd);
        return info !== undefined && watched.test(info);
      });
  } catch (error) {
    if (isOutOfDescriptors(error)) throw error;
    return undefined;
  }
}

function isOutOfDescriptors(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === "EMFILE" || code === "ENFILE";
}

/**
 * Bun's is closed by exec(2), so that one which is not was inherited, and numbers the sockets of another
 * process.
 */
function ownEpollInfo(proc: string, fd: number): string | undefined {
  try {
    if (readlinkSync(`${proc}/fd/${fd}`) !== "anon_inode:[eventpoll]") return undefined;
    const info = readFileSync(`${proc}/fdinfo/${fd}`, "utf8");
    const [, flags = "0"] = /^flags:\s*([0-7]+)$/m.exec(info) ?? [];
    return (Number.parseInt(flags, 8) & EPOLL_CLOEXEC) === 0 ? undefined : info;
  } catch (error) {
    if (isOutOfDescriptors(error)) throw error;
    // The one with which the folder was read.
    return undefined;
  }
}
