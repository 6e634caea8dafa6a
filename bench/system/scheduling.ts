import { availableParallelism, platform, release } from "node:os";
import { readIfThere } from "./read-if-there.ts";

/** Which side of the race a process is on. */
export type Side = "server" | "generator";

/**
 * The command, bound to cores: the server has the first, generators have the others. Left to itself
 * the kernel starts a generator that has waited for its turn on the server's core, and takes tens of
 * milliseconds to part them: whole slices were lost to that (a third of the throughput of a 50 ms
 * slice after 200 ms of waiting, on 2 cores). Where there is one core, or no taskset(1), nothing is
 * bound.
 */
export function bindToCores(command: readonly string[], side: Side): string[] {
  const [first, ...others] = allowedCores();
  if (first === undefined || others.length === 0 || !hasTaskset()) return [...command];
  const list = side === "server" ? String(first) : others.join(",");
  return ["taskset", "--cpu-list", list, ...command];
}

/**
 * Lets threads that were bound with their process run on every core that we have, wherever nobody else wants
 * to at the moment: SCHED_IDLE (sched(7)).
 */
export function yieldToOthers(threads: readonly string[]): void {
  if (threads.length === 0) return;
  const cores = allowedCores();
  if (cores.length < 2 || !hasTaskset()) return;
  for (const thread of threads) {
    Bun.spawnSync(["taskset", "--cpu-list", "--pid", cores.join(","), thread]);
    // Of the same package, util-linux.
    if (Bun.which("chrt")) Bun.spawnSync(["chrt", "--idle", "--pid", "0", thread]);
  }
}

/**
 * Lets the main thread of a process run before everything else on its core: a real-time policy, as cyclictest
 * takes for itself. Threads of the kernel and of a hypervisor's agents, which come between for a millisecond,
 * then wait; so do the process's own compilers, so that it is for one that is warm and mostly waits. Returns
 * whether the system grants it: to root, as a rule.
 */
export function runBeforeOthers(process: number): boolean {
  const canAsk = platform() === "linux" && sparesOthers(release()) && Bun.which("chrt") !== null;
  if (!canAsk) return false;
  return Bun.spawnSync(["chrt", "--fifo", "--pid", "1", String(process)]).success;
}

/**
 * Whether this Linux lets others have some time beside a real-time thread that never waits, without halting
 * that thread: since 6.12 (kernel/sched/rt.c, "Remove default bandwidth control"). Before that it stood still
 * for 50 ms of each second.
 */
export function sparesOthers(kernelRelease: string): boolean {
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(kernelRelease) ?? [];
  return Number(major) * 100 + Number(minor) >= 612;
}

/** How many cores generators have, with or without a server of ours that has one to itself. */
export function generatorCores(besideServer: boolean): number {
  const cores = allowedCores().length || availableParallelism();
  return besideServer && canBindToCores() ? cores - 1 : cores;
}

export function canBindToCores(): boolean {
  return hasTaskset() && allowedCores().length > 1;
}

function hasTaskset(): boolean {
  return platform() === "linux" && Bun.which("taskset") !== null;
}

/** The cores that this process may use: a container may have been given any. */
function allowedCores(): number[] {
  const [, list = ""] = /^Cpus_allowed_list:\s*(\S+)/m.exec(readIfThere("/proc/self/status")) ?? [];
  return parseCpuList(list);
}

/** "0-2,5" as numbers. */
export function parseCpuList(list: string): number[] {
  return list.split(",").flatMap((range) => {
    const [, first, last = first] = /^(\d+)(?:-(\d+))?$/.exec(range) ?? [];
    if (first === undefined) return [];
    const from = Number(first);
    const to = Number(last);
    return Array.from({ length: to - from + 1 }, (_, i) => from + i);
  });
}
