import { readIfThere } from "../system/read-if-there.ts";
import { clockNs } from "./clock.ts";
import { processCpuNs } from "./cpu.ts";

/** Counters of the whole machine at one instant; undefined where the system does not tell. */
interface Reading {
  readonly monotonicNs: number;
  readonly wallClockMs: number;
  readonly ownCpuNs: number;
  readonly busyNs: number | undefined;
  readonly stolenNs: number | undefined;
  readonly throttledNs: number | undefined;
}

/** What the machine did beside the race, over one replicate. */
export interface MachineSample {
  readonly elapsedNs: number;
  /** By how much the system's clock moved more than the monotonic one. */
  readonly clockDriftNs: number;
  /** CPU time of everything on the machine, over all cores. */
  readonly busyNs?: number;
  /** Of that, this process: the coordinator. */
  readonly coordinatorNs: number;
  /** Time that the hypervisor gave to others, over all cores. */
  readonly stolenNs?: number;
  /** Time for which a control group's quota held us back. */
  readonly throttledNs?: number;
}

/** Begins to watch; the function that is returned says what happened since. */
export function watchMachine(): () => MachineSample {
  const before = readMachine();
  return () => {
    const after = readMachine();
    const elapsedNs = after.monotonicNs - before.monotonicNs;
    const busyNs = difference(before.busyNs, after.busyNs);
    const stolenNs = difference(before.stolenNs, after.stolenNs);
    const throttledNs = difference(before.throttledNs, after.throttledNs);
    return {
      elapsedNs,
      clockDriftNs: (after.wallClockMs - before.wallClockMs) * 1e6 - elapsedNs,
      coordinatorNs: after.ownCpuNs - before.ownCpuNs,
      ...(busyNs !== undefined && { busyNs }),
      ...(stolenNs !== undefined && { stolenNs }),
      ...(throttledNs !== undefined && { throttledNs }),
    };
  };
}

function readMachine(): Reading {
  const ticks = cpuTicks(readIfThere("/proc/stat"));
  return {
    monotonicNs: clockNs(),
    wallClockMs: Date.now(),
    ownCpuNs: processCpuNs(),
    busyNs: ticks?.busyNs,
    stolenNs: ticks?.stolenNs,
    throttledNs: throttledNs(),
  };
}

/** A clock tick of /proc/stat: USER_HZ is 100 on every architecture that Bun runs on. */
const tickNs = 1e7;

/** The first line of /proc/stat, proc(5): user nice system idle iowait irq softirq steal … */
export function cpuTicks(stat: string): { busyNs: number; stolenNs: number } | undefined {
  const [, figures] = /^cpu +([\d ]+)$/m.exec(stat) ?? [];
  if (figures === undefined) return undefined;
  const ticks = figures.trim().split(" ").map(Number);
  const [user = 0, nice = 0, system = 0, , , irq = 0, softIrq = 0, steal = 0] = ticks;
  return { busyNs: (user + nice + system + irq + softIrq) * tickNs, stolenNs: steal * tickNs };
}

/** Of this process's own control group and those above it, each of which may have a quota: the most of any. */
function throttledNs(): number | undefined {
  const told = quotaFiles(readIfThere("/proc/self/cgroup")).flatMap(
    (path) => throttled(readIfThere(path)) ?? [],
  );
  return told.length > 0 ? Math.max(...told) : undefined;
}

/**
 * Where the CPU quota of a process with such a /proc/self/cgroup is told: cgroups(7). In a container the path
 * may be the host's, and the root of the mount is then the container's own group.
 */
export function quotaFiles(groups: string): string[] {
  const files = groups.split("\n").flatMap((line) => {
    const [, controllers = "", path = ""] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    const mounts = [
      ...(controllers === "" ? ["/sys/fs/cgroup"] : []),
      ...(controllers.split(",").includes("cpu")
        ? [`/sys/fs/cgroup/${controllers}`, "/sys/fs/cgroup/cpu"]
        : []),
    ];
    const names = path.split("/").filter((name) => name !== "");
    const upwards = names.map((_, depth) => names.slice(0, names.length - depth).join("/"));
    return mounts.flatMap((mount) => [...upwards, ""].map((own) => `${mount}/${own}/cpu.stat`));
  });
  return [...new Set(files.map((file) => file.replaceAll(/\/+/g, "/")))];
}

/** Time in cpu.stat: throttled_usec of control groups v2, throttled_time of v1, which is in nanoseconds. */
export function throttled(stat: string): number | undefined {
  const [, us] = /^throttled_usec (\d+)$/m.exec(stat) ?? [];
  if (us !== undefined) return Number(us) * 1000;
  const [, ns] = /^throttled_time (\d+)$/m.exec(stat) ?? [];
  return ns === undefined ? undefined : Number(ns);
}

function difference(before: number | undefined, after: number | undefined): number | undefined {
  return before === undefined || after === undefined ? undefined : after - before;
}
