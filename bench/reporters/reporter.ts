import type { Result } from "../result.ts";

/** Turns a result into text; pure. */
export interface Reporter {
  readonly name: string;
  /** One line for `list`. */
  readonly summary: string;
  readonly render: (result: Result) => string;
}
