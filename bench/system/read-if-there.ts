import { readFileSync } from "node:fs";

/** What a file of /proc or /sys says; nothing where it is not there, as on systems that have none. */
export function readIfThere(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}
