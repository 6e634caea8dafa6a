import { availableParallelism } from "node:os";

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
  if (!canBindToCores()) return [...command];
  const cores = availableParallelism();
  const list = side === "server" ? "0" : `1-${cores - 1}`;
  return ["taskset", "--cpu-list", list, ...command];
}

export function canBindToCores(): boolean {
  return (
    process.platform === "linux" && availableParallelism() > 1 && Bun.which("taskset") !== null
  );
}
