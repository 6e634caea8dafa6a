import { dlopen, read as readMemory } from "bun:ffi";

/** The system calls of Linux that tell which sockets are ready, and read and write them. */
export type Libc = ReturnType<typeof open>;

/** Linux's numbers, the same on x86-64 and on ARM. */
export const EAGAIN = 11;
export const SOL_SOCKET = 1;
export const SO_RCVLOWAT = 18;
/** Else a peer that has closed would end this process by SIGPIPE. */
export const MSG_NOSIGNAL = 0x4000;

/** glibc, then musl. */
const names = ["libc.so.6", `libc.musl-${process.arch === "x64" ? "x86_64" : "aarch64"}.so.1`];

/** Undefined where they are not to be had: on another system, or without a C library to load. */
export function openLibc(): Libc | undefined {
  if (process.platform !== "linux" || !["x64", "arm64"].includes(process.arch)) return undefined;
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
    read: { args: ["i32", "buffer", "buffer_length"], returns: "i32" },
    send: { args: ["i32", "buffer", "buffer_length", "i32"], returns: "i32" },
    setsockopt: { args: ["i32", "i32", "i32", "buffer", "u32"], returns: "i32" },
    timerfd_create: { args: ["i32", "i32"], returns: "i32" },
    timerfd_settime: { args: ["i32", "i32", "buffer", "ptr"], returns: "i32" },
    __errno_location: { args: [], returns: "ptr" },
  });
  return {
    ...symbols,
    /** The error of the call before; nothing else may come between. */
    errno: (): number => {
      const location = symbols.__errno_location();
      return location === null ? 0 : readMemory.i32(location, 0);
    },
  };
}
