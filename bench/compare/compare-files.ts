import type { CompareConfig } from "../compare-options.ts";
import { UserError } from "../errors.ts";
import type { LiveComparison } from "./compare-live.ts";
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
  { path: basePath, result: base }: NamedResult,
  { path: headPath, result: head }: NamedResult,
  { minEffect, ignoreEnvironment }: Pick<CompareConfig, "minEffect" | "ignoreEnvironment">,
): LiveComparison {
  const leftOut = cellsBeyond({ path: basePath, result: base }, head);
  const compared = {
    base: basePath,
    head: headPath,
    ...(leftOut.length > 0 && { leftOut }),
  };
  const asked = fileQuestions(base, head, minEffect);
  if (asked.length === 0) {
    throw new UserError(
      `${basePath} and ${headPath} have no cell in common with two replicates or more: ` +
        `${cellNames(base)} in one, ${cellNames(head)} in the other`,
    );
  }
  const differences = environmentDifferences(base.environment, head.environment);
  if (differences.length > 0 && !ignoreEnvironment) {
    const fault = new Error(
      `the results come from different environments (${differences.join("; ")}); ` +
        "measure both on one machine, or say --ignore-environment",
    );
    return { cells: [], comparisons: [], compared, environment: head.environment, fault };
  }
  const answers = judge(asked.map(({ question }) => question));
  const comparisons = asked.flatMap(({ cell, metric, question }, index) => {
    const answer = answers[index];
    return answer ? [comparisonOf(cell, basePath, metric, question, answer)] : [];
  });
  const why = whyIncomplete({ path: basePath, result: base }, { path: headPath, result: head });
  return {
    cells: head.cells,
    comparisons,
    compared,
    environment: head.environment,
    ...(why !== undefined && { fault: new Error(why) }),
  };
}
