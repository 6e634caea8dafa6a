import { expect, test } from "bun:test";
import { cpuTicks } from "./machine.ts";

test("the CPU line of /proc/stat, as proc(5) has it", () => {
  const stat = "cpu  101268 7 125465 1941101 2982 3 48467 753 11 0\ncpu0 1 2 3 4 5 6 7 8 9 0\n";
  expect(cpuTicks(stat)).toEqual({
    busyNs: (101268 + 7 + 125465 + 3 + 48467) * 1e7,
    stolenNs: 753 * 1e7,
  });
});

test("a system without it tells nothing", () => {
  expect(cpuTicks("")).toBeUndefined();
});
