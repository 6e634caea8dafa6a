/**
 * CPU time of this process so far, user and system, in nanoseconds. Only the sum is exact: the
 * kernel splits it by clock ticks.
 */
export function processCpuNs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) * 1000;
}
