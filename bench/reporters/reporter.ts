import type { Result } from "../result.ts";

/** Turns a result into text; pure. */
export interface Reporter {
  readonly name: string;
  /** One line for `list`. */
  readonly summary: string;
  /** Its output is one document, of one result: several in a row would not parse. */
  readonly singleDocument?: true;
  readonly render: (result: Result) => string;
}
