import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { z } from "zod";
import { asError } from "../src/errors.ts";
import { UserError } from "./errors.ts";
import type { OutputConfig } from "./output-options.ts";
import { type Result, resultSchema } from "./result.ts";

/** Reads and validates a result; a UserError says what is wrong with the file. */
export function readResult(path: string): Result {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    throw new UserError(`cannot read ${path}: ${asError(cause).message}`, { cause });
  }
  const parsed = parseResult(text);
  if (typeof parsed === "string")
    throw new UserError(`${path} is not a readrace result: ${parsed}`);
  return parsed;
}

/** The result in `text`, or one line that says why it is none. */
function parseResult(text: string): Result | string {
  try {
    const parsed = resultSchema.safeParse(JSON.parse(text));
    if (parsed.success) return parsed.data;
    return z.prettifyError(parsed.error).replace(/\s*\n\s*/g, " ");
  } catch (error) {
    return asError(error).message;
  }
}

/** Where a run's result goes when nobody names a file: sorted by time, never twice the same. */
function runPath(directory: string, { startedAt, kind }: Result): string {
  const stamp = startedAt.replace(/[:.]/g, "-");
  return join(directory, `${stamp}-${kind}-${process.pid}.json`);
}

/**
 * Makes sure, before a run, that a result can be written to `path`: afterwards it would be too late.
 * A file that holds anything but a result is never replaced.
 */
export function checkWritable(path: string): void {
  const directory = dirname(resolve(path));
  if (!existsSync(directory)) {
    throw new UserError(`cannot write ${path}: the folder ${directory} does not exist; create it`);
  }
  try {
    accessSync(directory, constants.W_OK);
  } catch (cause) {
    throw new UserError(`cannot write ${path}: no permission to write in ${directory}`, { cause });
  }
  if (!existsSync(path)) return;
  const isOurs =
    statSync(path).isFile() && typeof parseResult(readFileSync(path, "utf8")) !== "string";
  if (!isOurs) {
    throw new UserError(`${path} exists and is not a readrace result; name another file with -o`);
  }
}

/** Writes a result wherever it belongs, and returns the paths. */
export function saveResult({ file, runsDirectory }: OutputConfig, result: Result): string[] {
  const paths = [file ?? [], runsDirectory ? runPath(runsDirectory, result) : []].flat();
  for (const path of paths) writeResult(path, result);
  return paths;
}

/** Writes a result whole or not at all: beside its place, synced, then renamed. */
export function writeResult(path: string, result: Result): void {
  mkdirSync(dirname(resolve(path)), { recursive: true });
  const draft = `${path}.${process.pid}.tmp`;
  try {
    const file = openSync(draft, "wx");
    try {
      writeAll(file, new TextEncoder().encode(`${JSON.stringify(result, null, 2)}\n`));
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(draft, path);
  } catch (cause) {
    rmSync(draft, { force: true });
    throw new Error(`cannot write ${path}: ${asError(cause).message}`, { cause });
  }
}

function writeAll(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
}
