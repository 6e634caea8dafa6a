import { asError } from "../../src/errors.ts";

/** What a child says of a fault, in place of the report that was asked for. */
export interface FailedReport {
  readonly kind: "failed";
  readonly message: string;
}

export function failedReport(error: unknown): FailedReport {
  return { kind: "failed", message: asError(error).message };
}

/** The one argument of a process that spawnChild has started: its options, as JSON. */
export function childOptions<Options>(): Options {
  const text = process.argv[2];
  if (text === undefined)
    throw new Error("this is a process of readrace's own; see bench/system/child.ts");
  return JSON.parse(text) as Options;
}

/**
 * The child's end of spawnChild's channel: hands commands to `perform`, and returns what sends a report.
 * The process ends with its channel, so that no coordinator leaves an orphan.
 */
export function joinCoordinator<Command, Report>(
  perform: (command: Command) => void,
): (report: Report) => void {
  process.on("disconnect", () => process.exit(0));
  process.on("message", perform);
  return (report) => void process.send?.(report);
}
