import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { asError } from "../../src/errors.ts";
import { InterruptedError, UserError } from "../errors.ts";
import { parseJson } from "../parse-json.ts";
import { isAlive } from "../system/alive.ts";
import { usualPatienceMs } from "../system/child.ts";
import { endAfter } from "../system/end-after.ts";
import { onAbort } from "../system/interrupt.ts";

/** The files of a revision in a folder of their own. */
export interface Checkout {
  readonly folder: string;
  /** The full name of the commit. */
  readonly revision: string;
  /** The strategies that its clients know. */
  readonly strategies: readonly string[];
  remove(): void;
}

const root = join(import.meta.dir, "../..");

/** The commit that `name` means; a UserError where git knows none. */
export function resolveRevision(name: string): string {
  if (Bun.which("git") === null) {
    throw new UserError(
      "compare needs git to race revisions; install it, or name two result files",
    );
  }
  const { exitCode, stdout } = git("rev-parse", "--verify", "--quiet", `${name}^{commit}`);
  if (exitCode !== 0) {
    throw new UserError(whyNoRevision(name));
  }
  return stdout.toString().trim();
}

function whyNoRevision(name: string): string {
  if (git("rev-parse", "--git-dir").exitCode !== 0) {
    return `"${name}" is no git revision, since ${root} is no git repository; name two result files or strategies`;
  }
  if (existsSync(name)) {
    return `${name} is no git revision, and result files are told by names that end in .json`;
  }
  if (name.endsWith(".json")) return `cannot read ${name}: there is no such file`;
  const isShallow = git("rev-parse", "--is-shallow-repository").stdout.toString().trim() === "true";
  const fetchIt = isShallow ? "this clone is shallow: git fetch --unshallow brings the others" : "";
  const hint = fetchIt || "name two of one kind, like main or HEAD~1";
  return `"${name}" is no git revision, result file or strategy; ${hint}`;
}

/**
 * The files of a revision, with their dependencies installed from their own lockfile. git keeps no
 * trace of it, so that a run that is killed leaves a folder among temporary files and nothing else; one that
 * comes a day later removes it.
 */
export async function checkOut(revision: string, signal: AbortSignal): Promise<Checkout> {
  const folder = makeFolder();
  const remove = () => {
    process.off("exit", remove);
    rmSync(folder, { recursive: true, force: true });
  };
  process.on("exit", remove);
  try {
    const archive = await runToEnd(["git", "archive", "--format=tar", revision], root, signal);
    if (archive.exitCode !== 0) throw new Error(`git archive ${revision} failed: ${archive.said}`);
    const tar = await runToEnd(["tar", "-x"], folder, signal, { stdin: archive.stdout });
    if (tar.exitCode !== 0) throw noRoom(tar.said.split("\n")[0] ?? "");
    await install(folder, revision, signal);
    const strategies = await strategiesIn(folder, revision, signal);
    return { folder, revision, strategies, remove };
  } catch (error) {
    remove();
    throw error;
  }
}

function makeFolder(): string {
  try {
    removeAbandoned();
    return mkdtempSync(join(tmpdir(), `readrace-${process.pid}-`));
  } catch (error) {
    throw noRoom(asError(error).message);
  }
}

function noRoom(why: string): UserError {
  return new UserError(
    `a revision cannot be checked out in ${tmpdir()}: ${why}; TMPDIR names another folder`,
  );
}

/** No run lasts so long; and another container's process has a number that says nothing here. */
const abandonedAfterMs = 24 * 3600 * 1000;

/** Removes checkouts of our own runs that were killed; what cannot be removed is in nobody's way. */
function removeAbandoned(): void {
  for (const name of readdirSync(tmpdir())) {
    const [, pid] = /^readrace-(\d+)-\w+$/.exec(name) ?? [];
    if (pid === undefined || isAlive(Number(pid))) continue;
    const path = join(tmpdir(), name);
    try {
      const { uid, mtimeMs } = statSync(path);
      const isOurs = uid === process.getuid?.() && Date.now() - mtimeMs > abandonedAfterMs;
      if (isOurs) rmSync(path, { recursive: true, force: true });
    } catch {}
  }
}

async function install(folder: string, revision: string, signal: AbortSignal): Promise<void> {
  // Not --silent, which does not say why it failed either.
  const command = [process.execPath, "install", "--frozen-lockfile", "--no-progress"];
  const { exitCode, said } = await runToEnd(command, folder, signal);
  if (exitCode === 0) return;
  const why = whatFailed(said, folder);
  throw new UserError(`the dependencies of ${revision.slice(0, 8)} cannot be installed: ${why}`);
}

/** Before the names of the strategies, in what a client's process prints. */
const mark = "readrace strategies: ";

/**
 * Loads the clients, in a process of their own, so that what is wrong with them is known before the race;
 * those that take longer than `withinMs` never end.
 */
export async function strategiesIn(
  folder: string,
  revision: string,
  signal: AbortSignal,
  withinMs = usualPatienceMs,
): Promise<readonly string[]> {
  // In a line of its own, whatever else they print.
  const script =
    'const { strategies } = await import("./src/strategies/registry.ts");' +
    `console.log("\\n${mark}" + JSON.stringify(strategies.map(({ name }) => name)));`;
  const command = [process.execPath, "-e", script];
  const { exitCode, isLate, stdout, said } = await runToEnd(command, folder, signal, { withinMs });
  if (exitCode === 0) {
    const names = namesIn(new TextDecoder().decode(stdout));
    if (names !== undefined) return names;
  }
  const why = isLate ? `that had not ended after ${withinMs / 1000} s` : whatFailed(said, folder);
  throw new UserError(`the clients of ${revision.slice(0, 8)} cannot be loaded: ${why}`);
}

/** Whatever the clients have printed before them or after. */
function namesIn(printed: string): readonly string[] | undefined {
  const line = printed.split("\n").findLast((own) => own.startsWith(mark)) ?? "";
  const names = parseJson(z.array(z.string()), line.slice(mark.length));
  return typeof names === "string" ? undefined : names;
}

/** Of what Bun says of a fault, the fault and its place. */
function whatFailed(said: string, folder: string): string {
  const lines = said.split("\n").map((line) => line.trim());
  const fault = lines.find((line) => /^(\w*error|\w*Error):/.test(line));
  const place = lines.find((line) => line.startsWith("at "));
  const words = [fault ?? lines.filter((line) => line !== "").at(-1) ?? "", place ?? ""];
  return words.join(" ").trim().replaceAll(`${folder}/`, "");
}

/** An installation may wait for a registry. */
const longestMs = 600_000;

/**
 * Runs a command in a folder, with all that it starts, which may hold its output open; an InterruptedError
 * where `signal` has ended it.
 */
async function runToEnd(
  command: string[],
  cwd: string,
  signal: AbortSignal,
  { stdin, withinMs = longestMs }: { readonly stdin?: Uint8Array; readonly withinMs?: number } = {},
) {
  if (signal.aborted) throw new InterruptedError();
  const child = Bun.spawn(command, {
    cwd,
    stdio: [stdin ?? "ignore", "pipe", "pipe"],
    detached: true,
  });
  const end = () => endGroup(child.pid);
  const wasLate = endAfter(withinMs, end);
  const forget = onAbort(signal, end);
  const [stdout, said, exitCode] = await Promise.all([
    new Response(child.stdout).bytes(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  const isLate = wasLate();
  forget();
  if (signal.aborted) throw new InterruptedError();
  const ending = `it ended with ${child.signalCode ?? `exit code ${exitCode}`}`;
  return { stdout, said: said.trim() || ending, exitCode, isLate };
}

function endGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}

function git(...words: readonly string[]) {
  return Bun.spawnSync(["git", ...words], { cwd: root, stderr: "ignore" });
}
