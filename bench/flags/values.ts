import { UserError } from "../errors.ts";
import { parseCount, parseDurationMs } from "../units.ts";
import { suggest } from "./suggest.ts";

interface Named {
  readonly name: string;
}

/** The item of that name; a UserError with a suggestion where there is none. */
export function chooseOne<T extends Named>(kind: string, name: string, all: readonly T[]): T {
  const found = all.find((item) => item.name === name);
  if (found !== undefined) return found;
  const names = all.map((item) => item.name);
  const meant = suggest(name, names);
  const hint = meant ? `did you mean ${meant}?` : `there are ${names.join(", ")}`;
  throw new UserError(`no ${kind} is named "${name}"; ${hint}`);
}

/** "a,b" as the names of items, each once; `kind` says what they are, `flag` where they stand. */
export function chooseMany<T extends Named>(
  kind: string,
  list: string,
  all: readonly T[],
  flag = `--${kind}`,
): T[] {
  const names = splitList(list);
  if (names.length === 0) throw new UserError(`${flag} needs a name; see list`);
  return [...new Set(names)].map((name) => chooseOne(kind, name, all));
}

/** "a, b," as its words. */
export function splitList(list: string): string[] {
  return list
    .split(",")
    .map((word) => word.trim())
    .filter((word) => word !== "");
}

/** A server and a client have a file for each, of which a machine allows some tens of thousands. */
const mostConnections = 20_000;

/** "1,64" as numbers of connections, each once; `like` is what a mistaken user is shown. */
export function readConnections(flag: string, list: string, like: string): readonly number[] {
  const words = splitList(list);
  if (words.length === 0)
    throw new UserError(`${flag} needs a number of connections, like ${like}`);
  return [...new Set(words.map((word) => readPositiveCount(flag, word, mostConnections)))];
}

/** A race of slices of 50 ms holds some two million of them. */
const mostDurationMs = 24 * 3600 * 1000;

export function readDurationMs(flag: string, text: string): number {
  const ms = parseDurationMs(text);
  if (ms === undefined) {
    throw new UserError(`${flag} ${text}: not a duration; write it like 500ms, 10s or 2m`);
  }
  if (ms > mostDurationMs) throw new UserError(`${flag} ${text}: must be at most 24h`);
  return ms;
}

/** A duration that must not be zero. */
export function readPositiveDurationMs(flag: string, text: string): number {
  const ms = readDurationMs(flag, text);
  if (ms === 0) throw new UserError(`${flag} ${text}: must be longer than 0`);
  return ms;
}

export function readPositiveCount(flag: string, text: string, most: number): number {
  const count = parseCount(text);
  if (count === undefined || count < 1 || count > most) {
    throw new UserError(
      `${flag} ${text}: must be a whole number from 1 to ${most}, like ${most < 10_000 ? "4" : "64 or 10k"}`,
    );
  }
  return count;
}
