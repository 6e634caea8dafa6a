import { join } from "node:path";
import type { Command } from "commander";

/** The environment variables, as far as anything reads them. */
export type Env = Readonly<Record<string, string | undefined>>;

/** All that the user has said. */
export interface Invocation {
  readonly argv: readonly string[];
  readonly env: Env;
}

/** What to do with a result. */
export interface OutputConfig {
  /** The command line, which the result keeps. */
  readonly command: string;
  readonly json: boolean;
  /** A file that the user named. */
  readonly file: string | undefined;
  /** Where every result is kept; undefined for nowhere. */
  readonly runsDirectory: string | undefined;
  /** The folder of runs, baseline and history. */
  readonly resultsDirectory: string;
  /** Keep the result as the baseline. */
  readonly saveBaseline: boolean;
  /** Add a line to the history. */
  readonly record: boolean;
}

export interface OutputFlags {
  readonly json?: true;
  readonly output?: string;
  readonly save: boolean;
  readonly saveBaseline?: true;
  readonly record?: true;
}

/** Where results are kept: READRACE_RESULTS, or the folder of that name beside bench/. */
export function readResultsDirectory(env: Env): string {
  return env.READRACE_RESULTS || join(import.meta.dir, "../../results");
}

/** The flags of every command that has a result. */
export function addOutputOptions(command: Command): Command {
  return command
    .option("--json", "the result on stdout, nothing else there")
    .option(
      "-o, --output <file>",
      "write the result there as well (paths count from the repository, where bun run goes)",
    )
    .option("--no-save", "keep no result in results/runs");
}

/** Those of results that are compared with later ones. */
export function addKeepingOptions(command: Command): Command {
  return command
    .option("--save-baseline", "keep the result as results/baseline.json")
    .option("--record", "add the run to results/history.jsonl");
}

export function readOutput(flags: OutputFlags, { argv, env }: Invocation): OutputConfig {
  const { json, output, save, saveBaseline, record } = flags;
  const resultsDirectory = readResultsDirectory(env);
  return {
    command: commandLine(argv),
    json: json ?? false,
    file: output,
    runsDirectory: save ? join(resultsDirectory, "runs") : undefined,
    resultsDirectory,
    saveBaseline: saveBaseline ?? false,
    record: record ?? false,
  };
}

/** The command line as the user would type it, for the result. */
export function commandLine(argv: readonly string[]): string {
  return ["bun run bench", ...argv.map(quoted)].join(" ");
}

/** A word as a POSIX shell reads it back. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
