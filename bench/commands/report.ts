import { exitCodes, type Io } from "../io.ts";
import type { Reporter } from "../reporters/reporter.ts";
import { readResult } from "../store.ts";

/** Shows results that were saved. */
export function report(files: readonly string[], reporter: Reporter, io: Io): number {
  const results = files.map(readResult);
  for (const result of results) io.out.write(reporter.render(result));
  return exitCodes.fine;
}
