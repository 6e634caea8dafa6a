import { asError } from "../../src/errors.ts";
import { checkOutput } from "../check-output.ts";
import { compareFiles } from "../compare/compare-files.ts";
import { type ComparisonOutcome, compareLive } from "../compare/compare-live.ts";
import { overallVerdict } from "../compare/comparison.ts";
import type { NamedResult } from "../compare/file-questions.ts";
import { withGateOfBase } from "../compare/gate-file.ts";
import { isRefused, withholdRefused } from "../compare/refused.ts";
import { describeEnvironment } from "../environment.ts";
import type { CompareConfig } from "../flags/compare.ts";
import { chooseOne } from "../flags/values.ts";
import { exitCodes, type Io } from "../io.ts";
import { json } from "../reporters/json.ts";
import { reporters } from "../reporters/registry.ts";
import type { Result } from "../result.ts";
import { readResult } from "../store.ts";
import { brokeOff } from "./broke-off.ts";
import { finishResult } from "./finish-result.ts";
import { keepResult } from "./keep-result.ts";

/** Compares two revisions, strategies or result files; the exit code gates a merge. */
export async function compare(asked: CompareConfig, io: Io): Promise<number> {
  const config = asked.gateOfBase ? withGateOfBase(asked) : asked;
  const reporter = config.output.json ? json : chooseOne("reporter", config.reporter, reporters);
  const { subjects } = config;
  checkOutput(config.output, subjects.kind === "files" ? [subjects.base, subjects.head] : []);
  const startedAt = new Date().toISOString();
  const outcome: ComparisonOutcome =
    subjects.kind === "files"
      ? compareFiles(named(subjects.base), named(subjects.head), config)
      : await compareLive(subjects, config, io);
  const { cells, compared, fault } = outcome;
  const comparisons = withholdRefused(outcome.comparisons, cells, compared);
  // There is nothing to show or to keep.
  if (fault !== undefined && cells.length + comparisons.length === 0)
    return brokeOff("comparison", asError(fault).message, io.signal.aborted, io);
  const result = finishResult({
    kind: "compare",
    startedAt,
    command: config.output.command,
    seed: config.seed,
    interrupted: io.signal.aborted,
    environment: outcome.environment ?? describeEnvironment(config.source, true, config.transport),
    cells: [...cells],
    comparisons,
    compared,
    verdict: overallVerdict(comparisons, fault === undefined),
    ...(fault !== undefined && { fault: asError(fault).message }),
  });
  io.out.write(reporter.render(result));
  const kept = keepResult(config.output, result, io, reporter.name === "text");
  if (!kept && fault === undefined) return exitCodes.invalid;
  return exitCodeOf(result, config.strict, io);
}

function named(path: string): NamedResult {
  return { path, result: readResult(path) };
}

function exitCodeOf(result: Result, strict: boolean, { err }: Pick<Io, "err">): number {
  const { verdict, interrupted, cells, comparisons = [], compared, fault } = result;
  if (fault !== undefined) return brokeOff("comparison", fault, interrupted, { err });
  if (interrupted) return exitCodes.interrupted;
  if (comparisons.length === 0) {
    err.write("readrace: nothing was compared\n");
    return exitCodes.invalid;
  }
  if (compared !== undefined && isRefused(cells, compared)) {
    err.write("readrace: the measurement is invalid: see the audit in the result\n");
    return exitCodes.invalid;
  }
  if (verdict === "regressed") return exitCodes.missed;
  if (verdict !== "inconclusive" || !strict) return exitCodes.fine;
  const unsure = comparisons.filter((own) => own.verdict === "inconclusive").length;
  err.write(
    `readrace: ${unsure} of ${comparisons.length} verdicts are inconclusive, which strict takes for no pass\n`,
  );
  return exitCodes.invalid;
}
