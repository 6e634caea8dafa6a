import type { CellResult, Comparison } from "../result.ts";
import type { PairedEstimate, PairedLogs } from "../stats/paired.ts";
import type { Verdict } from "../stats/verdict.ts";
import type { Answer, Question } from "./gate.ts";

type Subject = Pick<CellResult, "strategy" | "fixture" | "connections">;

/** A judged question as a line of a result. */
export function comparisonOf(
  { strategy, fixture, connections }: Subject,
  baseline: string,
  metric: string,
  { change, noise }: Question,
  answer: Answer,
  logs?: PairedLogs,
): Comparison {
  return {
    strategy,
    baseline,
    fixture,
    connections,
    metric,
    ...ratioOf(change),
    verdict: answer.verdict,
    ...(answer.reason !== "" && { reason: answer.reason }),
    adjustedP: answer.adjustedP,
    minDetectable: Math.min(answer.minDetectable, ratio(20)),
    replicates: change.replicates,
    ...(noise && { noise: ratioOf(noise) }),
    ...(logs && {
      logRatios: logs.map((rounds) => rounds.map((log) => Math.round(log * 1e6) / 1e6)),
    }),
  };
}

/** Two replicates can give intervals beyond what JSON can hold; e^±20 says as much. */
function ratio(log: number): number {
  return Math.exp(Math.max(-20, Math.min(20, log)));
}

function ratioOf({ log, interval }: PairedEstimate): { ratio: number; interval: [number, number] } {
  return { ratio: ratio(log), interval: [ratio(interval[0]), ratio(interval[1])] };
}

/**
 * The worst that any comparison says: one regression is a regression, doubt is doubt; and what was not
 * compared, where that is not the whole, may have regressed.
 */
export function overallVerdict(comparisons: readonly Comparison[], isWhole: boolean): Verdict {
  const has = (verdict: Verdict) =>
    comparisons.some((comparison) => comparison.verdict === verdict);
  if (comparisons.length === 0) return "inconclusive";
  if (has("regressed")) return "regressed";
  if (!isWhole || has("inconclusive")) return "inconclusive";
  return has("improved") ? "improved" : "unchanged";
}
