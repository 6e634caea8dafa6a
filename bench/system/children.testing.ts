export const hasPs = Bun.which("ps") !== null;

/** The pids below `pid`, by the kernel's word. */
export function childrenOf(pid: number): number[] {
  const { stdout } = Bun.spawnSync(["ps", "-o", "pid=", "--ppid", String(pid)]);
  return stdout.toString().trim().split(/\s+/).filter(Boolean).map(Number);
}

/** What a process was started as. */
export function commandOf(pid: number): string {
  const { stdout } = Bun.spawnSync(["ps", "-o", "args=", "-p", String(pid)]);
  return stdout.toString();
}
