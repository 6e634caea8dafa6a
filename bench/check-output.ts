import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { asError } from "../src/errors.ts";
import { UserError } from "./errors.ts";
import type { OutputConfig } from "./flags/output.ts";
import { readEntries } from "./history.ts";
import { parseJson } from "./parse-json.ts";
import { resultSchema } from "./result.ts";
import { baselinePath, draftOf, historyPath } from "./store.ts";
import { isAlive } from "./system/alive.ts";

/**
 * Makes sure, before a run, that its result can be written: afterwards it would be too late. `inputs` are
 * files that it reads, and that are not for it to replace.
 */
export function checkOutput(output: OutputConfig, inputs: readonly string[] = []): void {
  const { file, runsDirectory, resultsDirectory, saveBaseline, record } = output;
  if (file !== undefined) {
    checkFile(file);
    if (inputs.some((input) => isSameFile(input, file))) {
      throw new UserError(`-o ${file} is one of the files that are compared; name another`);
    }
    if (isSameFile(baselinePath(resultsDirectory), file)) {
      throw new UserError(`-o ${file} is the baseline: --save-baseline replaces it by a sound run`);
    }
  }
  if (runsDirectory !== undefined) checkFolder(runsDirectory, "use --no-save");
  if (saveBaseline) {
    checkFolder(resultsDirectory, "leave out --save-baseline");
    checkPlace(baselinePath(resultsDirectory));
    checkOurs(baselinePath(resultsDirectory), "move it away");
  }
  if (record) {
    checkFolder(resultsDirectory, "leave out --record");
    checkPlace(historyPath(resultsDirectory));
    // A UserError names a line that is broken: what is added behind it could not be read either.
    if (existsSync(historyPath(resultsDirectory))) readEntries(historyPath(resultsDirectory));
  }
}

/** By whatever names and links. */
function isSameFile(one: string, other: string): boolean {
  const placeOf = (path: string) => (existsSync(path) ? realpathSync(path) : resolve(path));
  return placeOf(one) === placeOf(other);
}

/** Where a file of ours goes there may be one already, and nothing else. */
function checkPlace(path: string): void {
  if (existsSync(path) && !statSync(path).isFile()) {
    throw new UserError(`cannot write ${path}: it is no file; move it away`);
  }
}

function checkFolder(folder: string, advice: string): void {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
    removeAbandonedDrafts(folder);
  } catch (cause) {
    const why = asError(cause).message;
    throw new UserError(`cannot keep results in ${folder}: ${why}; ${advice}`, { cause });
  }
}

/** A run that was killed while it wrote leaves its draft behind, which nobody will finish. */
function removeAbandonedDrafts(directory: string): void {
  for (const name of readdirSync(directory)) {
    const [, pid] = /\.(\d+)\.tmp$/.exec(name) ?? [];
    if (pid !== undefined && !isAlive(Number(pid))) rmSync(join(directory, name), { force: true });
  }
}

/** A file that holds anything but a result is never replaced. */
function checkFile(path: string): void {
  if (path === "") throw new UserError("-o needs the name of a file");
  if (path === "-") throw new UserError("-o - is no file: for the result on stdout say --json");
  if (path.endsWith("/") || (existsSync(path) && statSync(path).isDirectory())) {
    throw new UserError(`-o ${path} is the name of a folder; name a file in it`);
  }
  const directory = dirname(resolve(path));
  if (!existsSync(directory)) {
    throw new UserError(`cannot write ${path}: the folder ${directory} does not exist; create it`);
  }
  try {
    accessSync(directory, constants.W_OK);
  } catch (cause) {
    throw new UserError(`cannot write ${path}: no permission to write in ${directory}`, { cause });
  }
  if (!existsSync(path)) checkNew(path);
  checkOurs(path, "name another file with -o");
}

/** A name may be too long, or that of a link to nowhere. */
function checkNew(path: string): void {
  const draft = draftOf(path);
  try {
    closeSync(openSync(draft, "w"));
    rmSync(draft);
  } catch (cause) {
    throw new UserError(`cannot write ${path}: ${asError(cause).message}`, { cause });
  }
  if (lstatSync(path, { throwIfNoEntry: false }) !== undefined) {
    throw new UserError(`${path} is a link to nothing; remove it, or name another file with -o`);
  }
}

function checkOurs(path: string, advice: string): void {
  if (!existsSync(path)) return;
  const isOurs =
    statSync(path).isFile() &&
    typeof parseJson(resultSchema, readFileSync(path, "utf8")) !== "string";
  if (!isOurs) throw new UserError(`${path} exists and is not a readrace result; ${advice}`);
}
