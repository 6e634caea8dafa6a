import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "../errors.ts";

/** The files of a revision in a folder of their own. */
export interface Checkout {
  readonly folder: string;
  /** The full name of the commit. */
  readonly revision: string;
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
    throw new UserError(
      name.endsWith(".json")
        ? `cannot read ${name}: there is no such file`
        : `"${name}" is no git revision, result file or strategy; name two of one kind, like main or HEAD~1`,
    );
  }
  return stdout.toString().trim();
}

/**
 * The files of a revision, with their dependencies installed from their own lockfile. git keeps no
 * trace of it, so that a run that is killed leaves a folder among temporary files and nothing else.
 */
export function checkOut(revision: string): Checkout {
  const folder = mkdtempSync(join(tmpdir(), "readrace-"));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    const archive = git("archive", "--format=tar", revision);
    if (archive.exitCode !== 0) throw new Error(`git archive ${revision} failed`);
    const tar = Bun.spawnSync(["tar", "-x", "-C", folder], { stdin: archive.stdout });
    if (tar.exitCode !== 0) throw new Error(`tar failed: ${tar.stderr.toString().trim()}`);
    install(folder, revision);
  } catch (error) {
    remove();
    throw error;
  }
  return { folder, revision, remove };
}

function install(folder: string, revision: string): void {
  const command = [process.execPath, "install", "--frozen-lockfile", "--silent"];
  const { exitCode, stderr } = Bun.spawnSync(command, { cwd: folder });
  if (exitCode !== 0) {
    const why = stderr.toString().trim().split("\n").at(-1) ?? "";
    throw new UserError(`the dependencies of ${revision.slice(0, 8)} cannot be installed: ${why}`);
  }
}

function git(...words: readonly string[]) {
  return Bun.spawnSync(["git", ...words], { cwd: root, stderr: "ignore" });
}
