import type { Result } from "../result.ts";
import { formatBytes, formatRevision } from "../units.ts";

/** On what, from where and of which revision: two lines. */
export function header({ environment, interrupted, seed, cells }: Result): string {
  const { runtimeVersion, cpu, cores, os, kernel, memoryBytes, git, server, keptAwake, transport } =
    environment;
  const revision = git ? `, ${formatRevision(git)}` : "";
  const machine = `${cores} × ${cpu}, ${formatBytes(memoryBytes)}, ${os} ${kernel}`;
  const untilThen =
    cells.length > 0
      ? "Interrupted: this is what was measured until then.\n"
      : "Interrupted before anything was measured.\n";
  const stopped = interrupted ? untilThen : "";
  return `readrace on Bun ${runtimeVersion}, ${machine}\nserver ${server}, seed ${seed}${revision}${keptAwake ? ", cores kept awake" : ""}${transport === "direct" ? ", read directly" : ""}\n${stopped}`;
}
