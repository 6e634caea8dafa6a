import { UserError } from "../errors.ts";
import { plural } from "../units.ts";
import { readIfThere } from "./read-if-there.ts";

/** Files that a process has open beside its connections: modules, pipes, the IPC channel. */
const otherFiles = 64;

/**
 * Refuses a race that the machine's limits would break in the middle of. All rivals keep their
 * connections open while they take turns, and our server has the other end of each.
 */
export function checkLimits(connections: number, rivals: number, ownServer: boolean): void {
  const files = openFilesLimit();
  const needed = (ownServer ? connections * rivals : connections) + otherFiles;
  if (needed > files) {
    throw new UserError(
      `-c ${connections} with ${plural(rivals, "strategy", "strategies")} needs ${needed} open files in one process, ` +
        `and the limit is ${files}; raise it with ulimit -n ${needed}, or race fewer strategies at once`,
    );
  }
  const ports = localPorts();
  if (connections * rivals > ports) {
    throw new UserError(
      `-c ${connections} with ${plural(rivals, "strategy", "strategies")} needs ${connections * rivals} local ports, ` +
        `and there are ${ports}; race fewer strategies at once`,
    );
  }
}

/** The limit on open files of a process; no limit where the system does not say. */
function openFilesLimit(): number {
  const [, soft] = /^Max open files\s+(\d+)/m.exec(readIfThere("/proc/self/limits")) ?? [];
  return soft === undefined ? Number.POSITIVE_INFINITY : Number(soft);
}

/** How many connections to one address and port this machine can have at once. */
function localPorts(): number {
  const [low, high] = readIfThere("/proc/sys/net/ipv4/ip_local_port_range")
    .trim()
    .split(/\s+/)
    .map(Number);
  return low && high ? high - low + 1 : Number.POSITIVE_INFINITY;
}
