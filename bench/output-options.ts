import { join } from "node:path";

/** The environment variables, as far as anything reads them. */
export type Env = Readonly<Record<string, string | undefined>>;

/** What to do with a result. */
export interface OutputConfig {
  readonly json: boolean;
  /** A file that the user named. */
  readonly file: string | undefined;
  /** Where every result is kept; undefined for nowhere. */
  readonly runsDirectory: string | undefined;
}

export interface OutputFlags {
  readonly json?: true;
  readonly output?: string;
  readonly save: boolean;
}

export function readOutput({ json, output, save }: OutputFlags, env: Env): OutputConfig {
  const results = env.READRACE_RESULTS || join(import.meta.dir, "../results");
  return {
    json: json ?? false,
    file: output,
    runsDirectory: save ? join(results, "runs") : undefined,
  };
}

/** The command line as the user would type it, for the result. */
export function commandLine(argv: readonly string[]): string {
  return ["bun run bench", ...argv].join(" ");
}
