import { UserError } from "../errors.ts";
import type { CompareConfig } from "../flags/compare.ts";
import type { ComparisonOutcome } from "./compare-live.ts";
import { comparisonOf } from "./comparison.ts";
import {
  cellNames,
  cellsBeyond,
  environmentDifferences,
  fileQuestions,
  type NamedResult,
  whyIncomplete,
} from "./file-questions.ts";
import { judge } from "./gate.ts";

/** Compares what two result files hold; a fault where they come from different machines. */
export function compareFiles(
  base: NamedResult,
  head: NamedResult,
  { minEffect, ignoreEnvironment }: Pick<CompareConfig, "minEffect" | "ignoreEnvironment">,
): ComparisonOutcome {
  const leftOut = cellsBeyond(base, head.result);
  const differences = environmentDifferences(base.result.environment, head.result.environment);
  const compared = {
    base: base.path,
    head: head.path,
    ...(leftOut.length > 0 && { leftOut }),
    ...(differences.length > 0 && { differences }),
  };
  const asked = fileQuestions(base.result, head.result, minEffect);
  if (asked.length === 0) {
    throw new UserError(
      `${base.path} and ${head.path} have no cell in common with two replicates or more: ` +
        `${cellNames(base.result)} in one, ${cellNames(head.result)} in the other`,
    );
  }
  if (differences.length > 0 && !ignoreEnvironment) {
    const fault = new Error(
      `the results come from different environments (${differences.join("; ")}); ` +
        "measure both on one machine, or say --ignore-environment",
    );
    return { cells: [], comparisons: [], compared, environment: head.result.environment, fault };
  }
  const answers = judge(asked.map(({ question }) => question));
  const comparisons = asked.flatMap(({ cell, metric, question }, index) => {
    const answer = answers[index];
    return answer ? [comparisonOf(cell, base.path, metric, question, answer)] : [];
  });
  const why = whyIncomplete(base, head);
  return {
    cells: head.result.cells,
    comparisons,
    compared,
    environment: head.result.environment,
    ...(why !== undefined && { fault: new Error(why) }),
  };
}
