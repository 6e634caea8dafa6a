import { dlopen, read } from "bun:ffi";
import { readdirSync, readlinkSync } from "node:fs";
import { arch, platform } from "node:os";

/** The system calls of Linux that tell which sockets are ready, and read and write them. */
export type Libc = ReturnType<typeof open>;

export const EPOLL_CTL_ADD = 1;
export const EPOLL_CTL_DEL = 2;
export const EPOLLIN = 1;
/** An error, or a peer that is gone. */
export const EPOLLERR_OR_HUP = 0x008 | 0x010;
export const EAGAIN = 11;
/** Else a peer that has closed would end this process by SIGPIPE. */
export const MSG_NOSIGNAL = 0x4000;

/**
 * The words of 32 bits in an epoll_event, and where its data begins; events come first. On x86-64 it is
 * packed (epoll_ctl(2), `__EPOLL_PACKED`).
 */
export const epollEvent = arch() === "x64" ? { words: 3, dataWord: 1 } : { words: 4, dataWord: 2 };

/** glibc, then musl. */
const names = ["libc.so.6", `libc.musl-${arch() === "x64" ? "x86_64" : "aarch64"}.so.1`];

/** Undefined where they are not to be had: on another system, or without a C library to load. */
export function openLibc(): Libc | undefined {
  if (platform() !== "linux") return undefined;
  for (const name of names) {
    try {
      return open(name);
    } catch {
      // The next one.
    }
  }
  return undefined;
}

function open(name: string) {
  const { symbols } = dlopen(name, {
    epoll_create1: { args: ["i32"], returns: "i32" },
    epoll_ctl: { args: ["i32", "i32", "i32", "buffer"], returns: "i32" },
    epoll_wait: { args: ["i32", "buffer", "i32", "i32"], returns: "i32" },
    // The engine reads the buffer's address and length when it calls; nothing is longer than 2 GiB.
    recv: { args: ["i32", "buffer", "buffer_length", "i32"], returns: "i32" },
    send: { args: ["i32", "buffer", "buffer_length", "i32"], returns: "i32" },
    __errno_location: { args: [], returns: "ptr" },
  });
  return {
    ...symbols,
    /** The error of the call before; nothing else may come between. */
    errno: (): number => {
      const location = symbols.__errno_location();
      return location === null ? 0 : read.i32(location, 0);
    },
  };
}

/**
 * The file descriptor with which Bun's event loop waits: the first epoll of this process, which is as old
 * as its main thread; undefined in a Worker. An epoll can be watched by another (epoll(7)).
 */
export function findBunsEpoll(): number | undefined {
  if (!Bun.isMainThread) return undefined;
  const folder = "/proc/self/fd";
  try {
    return readdirSync(folder)
      .map(Number)
      .sort((a, b) => a - b)
      .find((fd) => isEpoll(`${folder}/${fd}`));
  } catch {
    return undefined;
  }
}

function isEpoll(path: string): boolean {
  try {
    return readlinkSync(path) === "anon_inode:[eventpoll]";
  } catch {
    // The one with which the folder was read.
    return false;
  }
}
