import { resolve } from "node:path";
import type { OutputConfig } from "../flags/output.ts";
import type { Io } from "../io.ts";
import { json } from "../reporters/json.ts";
import type { Result } from "../result.ts";
import { saveResult } from "../store.ts";

/**
 * Saves a result and says where. Where that fails, on a full disk say, the result goes to stdout, so
 * that it is not lost: false then, for an exit code that is not 0. `forPeople` is whether stdout holds
 * text: what another tool reads there must not have a line of ours at its end.
 */
export function keepResult(
  output: OutputConfig,
  result: Result,
  io: Io,
  forPeople = !output.json,
): boolean {
  const { paths, omissions, failures } = saveResult(output, result);
  if (forPeople) for (const path of paths) io.out.write(`\nSaved to ${resolve(path)}\n`);
  for (const omission of omissions) io.err.write(`readrace: ${omission}\n`);
  if (failures.length === 0) return true;
  for (const failure of failures) io.err.write(`readrace: ${failure}\n`);
  if (!output.json) {
    io.err.write("readrace: the result is on stdout instead, as JSON\n");
    io.out.write(json.render(result));
  }
  return false;
}
