import type { CellSample } from "../load/sample.ts";

/** One line of the audit; `detail` is a sentence that a person understands. */
export interface AuditLine {
  readonly check: string;
  readonly ok: boolean;
  readonly detail: string;
}

/** A check that a run makes on itself; undefined where it does not apply. */
export type Check = (sample: CellSample) => AuditLine | undefined;
