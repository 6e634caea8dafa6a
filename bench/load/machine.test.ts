import { expect, test } from "bun:test";
import { cpuTicks, quotaFiles, throttled } from "./machine.ts";

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

test("what a quota took is read of either version of control groups", () => {
  // Recorded of a v1 group with a quota of 60 %, and from the kernel's own documentation of v2.
  const v1 = "nr_periods 23\nnr_throttled 11\nthrottled_time 179663678\n";
  expect(throttled(v1)).toBe(179_663_678);
  const v2 = "usage_usec 5\nnr_periods 23\nnr_throttled 11\nthrottled_usec 179663\n";
  expect(throttled(v2)).toBe(179_663_000);
  expect(throttled("usage_usec 5\nuser_usec 3\n")).toBeUndefined();
});

test("the quota is that of the group that the process is in", () => {
  expect(quotaFiles("0::/user.slice/a.scope\n")).toEqual([
    "/sys/fs/cgroup/user.slice/a.scope/cpu.stat",
    "/sys/fs/cgroup/user.slice/cpu.stat",
    "/sys/fs/cgroup/cpu.stat",
  ]);
  expect(quotaFiles("4:memory:/m\n3:cpu,cpuacct:/docker/b\n0::/\n")).toEqual([
    "/sys/fs/cgroup/cpu,cpuacct/docker/b/cpu.stat",
    "/sys/fs/cgroup/cpu,cpuacct/docker/cpu.stat",
    "/sys/fs/cgroup/cpu,cpuacct/cpu.stat",
    "/sys/fs/cgroup/cpu/docker/b/cpu.stat",
    "/sys/fs/cgroup/cpu/docker/cpu.stat",
    "/sys/fs/cgroup/cpu/cpu.stat",
    "/sys/fs/cgroup/cpu.stat",
  ]);
});
