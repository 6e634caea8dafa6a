import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { asError } from "../src/errors.ts";
import { UserError } from "./errors.ts";
import type { OutputConfig } from "./flags/output.ts";
import { appendHistory, historyEntryOf } from "./history.ts";
import { parseJson } from "./parse-json.ts";
import { type Result, resultSchema } from "./result.ts";
import { plural } from "./units.ts";

/** Reads and validates a result; a UserError says what is wrong with the file. */
export function readResult(path: string): Result {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    throw new UserError(`cannot read ${path}: ${whyUnreadable(cause)}`, { cause });
  }
  const parsed = parseJson(resultSchema, text);
  if (typeof parsed === "string")
    throw new UserError(`${path} is not a readrace result: ${parsed}`);
  return parsed;
}

function whyUnreadable(cause: unknown): string {
  const { code, message } = asError(cause) as NodeJS.ErrnoException;
  if (code === "ENOENT") return "there is no such file";
  if (code === "EISDIR") return "it is a folder; name files in it";
  return message;
}

/** Where a run's result goes when nobody names a file: sorted by time, never twice the same. */
function runPath(directory: string, { startedAt, kind }: Result): string {
  const stamp = startedAt.replace(/[:.]/g, "-");
  return join(directory, `${stamp}-${kind}-${process.pid}.json`);
}

/** The result that others are held against; kept in git, as the history is. */
export function baselinePath(resultsDirectory: string): string {
  return join(resultsDirectory, "baseline.json");
}

export function historyPath(resultsDirectory: string): string {
  return join(resultsDirectory, "history.jsonl");
}

/** Where a result is written before it takes its place. */
export function draftOf(path: string): string {
  return `${path}.${process.pid}.tmp`;
}

/** Where a result now is, and in words why it is not elsewhere: there was nothing to keep, or it failed. */
export interface Saved {
  readonly paths: readonly string[];
  readonly omissions: readonly string[];
  readonly failures: readonly string[];
}

/** Writes a result wherever it belongs; what fails in one place does not keep it from another. */
export function saveResult(output: OutputConfig, result: Result): Saved {
  const { file, runsDirectory, resultsDirectory } = output;
  const isPart = result.interrupted || result.fault !== undefined;
  const whyNoBaseline = whyUnsound(result);
  const isBaseline = output.saveBaseline && !isPart;
  const record = output.record && !isPart;
  const writes: { readonly path: string; readonly write: (path: string) => void }[] = [];
  const plan = (path: string) => {
    writes.push({ path, write: () => writeResult(path, result) });
  };
  const isNothing =
    isPart &&
    result.cells.every(({ requests }) => requests.ok === 0) &&
    (result.comparisons ?? []).length === 0;
  const isKept = file !== undefined && isNothing && existsSync(file);
  if (file !== undefined && !isKept) plan(file);
  if (runsDirectory !== undefined) plan(runPath(runsDirectory, result));
  if (isBaseline && whyNoBaseline === undefined) plan(baselinePath(resultsDirectory));
  const omissions: string[] = [];
  if (isKept) omissions.push(`${file} is as it was: nothing was measured`);
  if (isPart && (output.saveBaseline || output.record)) {
    const what = result.interrupted ? "was interrupted" : "broke off";
    omissions.push(`baseline and history are as they were: a run that ${what} is but a part`);
  }
  if (isBaseline && whyNoBaseline !== undefined) {
    omissions.push(`the baseline is as it was: ${whyNoBaseline}`);
  }
  if (record) {
    const entry = historyEntryOf(result);
    if (entry.cells.length === 0) omissions.push("nothing was recorded: no cell is valid");
    else {
      const append = (path: string) => appendHistory(path, entry);
      writes.push({ path: historyPath(resultsDirectory), write: append });
    }
  }
  const paths: string[] = [];
  const failures: string[] = [];
  for (const { path, write } of writes) {
    try {
      write(path);
      paths.push(path);
    } catch (error) {
      failures.push(asError(error).message);
    }
  }
  return { paths, omissions, failures };
}

/** Why a result is none to compare others with; undefined where it is. */
function whyUnsound({ cells }: Result): string | undefined {
  if (cells.length === 0) return "there is no cell";
  const refused = cells.filter(({ valid }) => !valid).length;
  if (refused === 0) return undefined;
  return `the audit refuses ${refused} of ${plural(cells.length, "cell")}`;
}

/** Writes a result whole or not at all: beside its place, synced, then renamed. */
export function writeResult(path: string, result: Result): void {
  mkdirSync(dirname(resolve(path)), { recursive: true });
  // A link stays one.
  const place = existsSync(path) ? realpathSync(path) : path;
  const draft = draftOf(place);
  try {
    // Whoever left a draft of that name had our number, and is gone.
    const file = openSync(draft, "w");
    try {
      writeAll(file, new TextEncoder().encode(`${JSON.stringify(result, null, 2)}\n`));
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(draft, place);
  } catch (cause) {
    removeIfThere(draft);
    throw new Error(`cannot write ${path}: ${asError(cause).message}`, { cause });
  }
}

/** What cannot be removed was never made; the fault that is told is the one before. */
function removeIfThere(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {}
}

function writeAll(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
}
