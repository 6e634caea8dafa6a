import { readIfThere } from "../system/read-if-there.ts";

/**
 * The largest resident memory of this process so far, in bytes. On Linux VmHWM of proc_pid_status(5): what
 * getrusage(2) calls so begins with that of the process from which this one was spawned, so that each client
 * seemed to have taken what the coordinator had.
 */
export function peakRssBytes(): number {
  const [, kib] = /^VmHWM:\s*(\d+) kB/m.exec(readIfThere("/proc/self/status")) ?? [];
  const peakKib = kib === undefined ? process.resourceUsage().maxRSS : Number(kib);
  return Math.max(peakKib * 1024, process.memoryUsage.rss());
}
