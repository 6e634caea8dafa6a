import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isAlive } from "../alive.ts";
import { InterruptedError, UserError } from "../errors.ts";

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
export function checkOut(revision: string): Checkout {
  removeAbandoned();
  const folder = mkdtempSync(join(tmpdir(), `readrace-${process.pid}-`));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    const archive = git("archive", "--format=tar", revision);
    if (archive.exitCode !== 0) throw new Error(`git archive ${revision} failed`);
    const tar = runToEnd(["tar", "-x", "-C", folder], { stdin: archive.stdout });
    if (tar.exitCode !== 0) throw new Error(`tar failed: ${tar.stderr.toString().trim()}`);
    install(folder, revision);
    return { folder, revision, strategies: strategiesIn(folder, revision), remove };
  } catch (error) {
    remove();
    throw error;
  }
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

function install(folder: string, revision: string): void {
  // Not --silent, which does not say why it failed either.
  const command = [process.execPath, "install", "--frozen-lockfile", "--no-progress"];
  const { exitCode, stderr } = runToEnd(command, { cwd: folder });
  if (exitCode === 0) return;
  const why = whatFailed(stderr.toString(), folder);
  throw new UserError(`the dependencies of ${revision.slice(0, 8)} cannot be installed: ${why}`);
}

/** Loads the clients, in a process of their own, so that what is wrong with them is known before the race. */
export function strategiesIn(folder: string, revision: string): readonly string[] {
  // In a line of its own, whatever else they print.
  const script =
    'const { strategies } = await import("./src/strategies/registry.ts");' +
    'console.log("\\n" + JSON.stringify(strategies.map(({ name }) => name)));';
  const command = [process.execPath, "-e", script];
  const { exitCode, stdout, stderr } = runToEnd(command, { cwd: folder });
  if (exitCode === 0) return JSON.parse(stdout.toString().trim().split("\n").at(-1) ?? "");
  const why = whatFailed(stderr.toString(), folder);
  throw new UserError(`the clients of ${revision.slice(0, 8)} cannot be loaded: ${why}`);
}

/** Of what Bun says of a fault, the fault and its place. */
function whatFailed(said: string, folder: string): string {
  const lines = said.split("\n").map((line) => line.trim());
  const fault = lines.find((line) => /^(\w*error|\w*Error):/.test(line));
  const place = lines.find((line) => line.startsWith("at "));
  const words = [fault ?? lines.filter((line) => line !== "").at(-1) ?? "", place ?? ""];
  return words.join(" ").trim().replaceAll(`${folder}/`, "");
}

/** A Ctrl-C reaches all processes of a terminal: what it has ended did not fail. */
function runToEnd(
  command: string[],
  options: { readonly cwd: string } | { readonly stdin: Uint8Array },
) {
  const { stdout, stderr, exitCode, signalCode } = Bun.spawnSync(command, {
    ...options,
    stdout: "pipe",
    stderr: "pipe",
  });
  if (["SIGINT", "SIGTERM", "SIGHUP"].includes(String(signalCode))) throw new InterruptedError();
  return { stdout, stderr, exitCode };
}

function git(...words: readonly string[]) {
  return Bun.spawnSync(["git", ...words], { cwd: root, stderr: "ignore" });
}
