import { arch, cpus, platform, release, totalmem } from "node:os";
import { canReadDirectly } from "../src/direct-reads.ts";
import { areCoresKeptAwake } from "./load/awake.ts";
import type { TransportKind } from "./load/transport.ts";
import type { Environment } from "./result.ts";
import { canBindToCores } from "./system/scheduling.ts";

/** What the figures of a result depend on beyond the code; `transport` where sockets were read. */
export function describeEnvironment(
  server: string,
  boundToCores: boolean,
  transport?: TransportKind,
): Environment {
  const git = describeGit();
  return {
    runtime: "bun",
    runtimeVersion: Bun.version,
    os: platform(),
    kernel: release(),
    arch: arch(),
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: cpus().length,
    memoryBytes: totalmem(),
    boundToCores: boundToCores && canBindToCores(),
    keptAwake: areCoresKeptAwake(),
    server,
    ...(transport && { transport: canReadDirectly() ? transport : "bun" }),
    ...(git && { git }),
  };
}

/** The revision of this checkout; undefined outside of one, or without git. */
export function describeGit(): Environment["git"] | undefined {
  const revision = git("rev-parse", "HEAD");
  if (revision === undefined) return undefined;
  // Results that are kept in git change no figure.
  const changes = git("status", "--porcelain", "--", ":(top)", ":(top,exclude)results");
  return { revision, dirty: changes !== "" };
}

function git(...words: readonly string[]): string | undefined {
  if (Bun.which("git") === null) return undefined;
  const { exitCode, stdout } = Bun.spawnSync(["git", ...words], {
    cwd: import.meta.dir,
    stderr: "ignore",
  });
  return exitCode === 0 ? stdout.toString().trim() : undefined;
}
