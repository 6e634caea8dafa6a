import { afterAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { canSeeEpolls, findEpollOf } from "./epoll.ts";

const folder = mkdtempSync(join(tmpdir(), "readrace-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("Bun's epoll is the one of this process that watches the socket", () => {
  // As recorded of `bun test`, whose HTTP client was first that time (4), and of a process whose parent
  // had left it an epoll (3): only those of this process have O_CLOEXEC (02000000).
  const epoll = "anon_inode:[eventpoll]";
  const watched = (...fds: readonly number[]) =>
    fds
      .map((fd) => `tfd: ${String(fd).padStart(8)} events:       19 data:     544081200c0\n`)
      .join("");
  const files = [
    [0, "/dev/null", "0100000", ""],
    [3, epoll, "02", watched(8, 9)],
    [4, epoll, "02000002", watched(5)],
    [5, "anon_inode:[eventfd]", "02004002", ""],
    [6, epoll, "02000002", watched(7, 9, 10)],
    [9, "socket:[14395]", "02004002", ""],
  ] as const;
  for (const name of ["fd", "fdinfo"]) mkdirSync(join(folder, name));
  for (const [fd, target, flags, more] of files) {
    const info = `pos:\t0\nflags:\t${flags}\nmnt_id:\t17\n${more}`;
    symlinkSync(target, join(folder, "fd", String(fd)));
    writeFileSync(join(folder, "fdinfo", String(fd)), info);
  }
  expect(findEpollOf(9, folder)).toBe(6);
  expect(findEpollOf(8, folder)).toBeUndefined();
  expect(findEpollOf(1, folder)).toBeUndefined();
  expect(canSeeEpolls(folder)).toBe(true);
});

test("where there is none, none is found", () => {
  expect(canSeeEpolls(join(folder, "missing"))).toBe(false);
  expect(findEpollOf(9, join(folder, "missing"))).toBeUndefined();
});
