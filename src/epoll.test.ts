import { afterAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findBunsEpoll } from "./epoll.ts";

const folder = mkdtempSync(join(tmpdir(), "readrace-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("Bun's epoll is the first that is not inherited", () => {
  // As recorded of a process whose parent had left it an epoll: only Bun's own has O_CLOEXEC (02000000).
  const files = [
    [0, "/dev/null", "0100000"],
    [3, "anon_inode:[eventpoll]", "02"],
    [4, "anon_inode:[eventpoll]", "02000002"],
    [5, "anon_inode:[eventfd]", "02004002"],
    [10, "anon_inode:[eventpoll]", "02000002"],
  ] as const;
  for (const name of ["fd", "fdinfo"]) mkdirSync(join(folder, name));
  for (const [fd, target, flags] of files) {
    symlinkSync(target, join(folder, "fd", String(fd)));
    writeFileSync(join(folder, "fdinfo", String(fd)), `pos:\t0\nflags:\t${flags}\nmnt_id:\t17\n`);
  }
  expect(findBunsEpoll(folder)).toBe(4);
});

test("where there is none, none is found", () => {
  expect(findBunsEpoll(join(folder, "missing"))).toBeUndefined();
});
