import { exitCodes, type Io } from "../io.ts";
import type { Reporter } from "../reporters/reporter.ts";
import { readResult } from "../store.ts";

/** Shows results that were saved. */
export function report(files: readonly string[], reporter: Reporter, io: Io): number {
  const results = files.map(readResult);
  io.out.write(results.map(reporter.render).join("\n"));
  return exitCodes.fine;
}
