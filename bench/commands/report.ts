import { UserError } from "../errors.ts";
import { exitCodes, type Io } from "../io.ts";
import type { Reporter } from "../reporters/reporter.ts";
import { readResult } from "../store.ts";

/** Shows results that were saved. */
export function report(files: readonly string[], reporter: Reporter, io: Io): number {
  if (files.length > 1 && reporter.singleDocument) {
    throw new UserError(`-r ${reporter.name}: one document of one result: name one file at a time`);
  }
  const results = files.map(readResult);
  io.out.write(results.map(reporter.render).join("\n"));
  return exitCodes.fine;
}
