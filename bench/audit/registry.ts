import type { CellSample } from "../load/sample.ts";
import { bound } from "./bound.ts";
import type { AuditLine, Check } from "./check.ts";
import { bodies, counts, failures } from "./counts.ts";
import { eventLoop } from "./event-loop.ts";
import { littlesLaw, order } from "./latency.ts";
import { clockDrift, otherLoad, stolen } from "./machine.ts";
import { achievedRate, lateness } from "./pacing.ts";
import { processes } from "./processes.ts";

const checks: readonly Check[] = [
  processes,
  counts,
  failures,
  bodies,
  littlesLaw,
  order,
  lateness,
  achievedRate,
  eventLoop,
  stolen,
  otherLoad,
  clockDrift,
  bound,
];

/** Everything that the run checks on itself; a line that is not ok makes the cell invalid. */
export function audit(sample: CellSample): readonly AuditLine[] {
  // Where every process was lost nothing was measured, and there is nothing else to check.
  const applicable = sample.replicates.length > 0 ? checks : [processes];
  return applicable.flatMap((check) => check(sample) ?? []);
}
