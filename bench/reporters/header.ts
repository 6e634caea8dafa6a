import type { Result } from "../result.ts";
import { formatBytes, formatRevision } from "../units.ts";

/** On what, from where and of which revision: two lines. */
export function header(result: Result): string {
  const { environment, seed, cells, comparisons = [] } = result;
  const { runtimeVersion, cpu, cores, os, kernel, memoryBytes, git, server, keptAwake, transport } =
    environment;
  const revision = git ? `, ${formatRevision(git)}` : "";
  const machine = `${cores} × ${cpu}, ${formatBytes(memoryBytes)}, ${os} ${kernel}`;
  const ended = howItEnded(result);
  const until =
    cells.length + comparisons.length > 0
      ? ": this is what was measured until then."
      : " before anything was measured.";
  const stopped = ended === undefined ? "" : `${ended}${until}\n`;
  return `readrace on Bun ${runtimeVersion}, ${machine}\nserver ${server}, seed ${seed}${revision}${keptAwake ? ", cores kept awake" : ""}${transport === "direct" ? ", read directly" : ""}\n${stopped}`;
}

/** Of a run that is but a part; of a comparison its verdict says so. */
function howItEnded({ kind, interrupted, fault }: Result): string | undefined {
  if (interrupted) return "Interrupted";
  if (fault === undefined || kind === "compare") return undefined;
  return kind === "verify" ? `Not whole (${fault})` : `Broke off (${fault})`;
}
