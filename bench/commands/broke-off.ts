import { exitCodes, type Io } from "../io.ts";

/** Says that a run broke off, and why; returns its exit code, which after a Ctrl-C is that of it. */
export function brokeOff(
  what: "race" | "comparison",
  why: string,
  interrupted: boolean,
  { err }: Pick<Io, "err">,
): number {
  err.write(`readrace: the ${what} broke off: ${why}\n`);
  return interrupted ? exitCodes.interrupted : exitCodes.invalid;
}
