import { cellResults } from "./cell-result.ts";
import { fallsBehindBy } from "./load/backlog.ts";
import type { RaceContext } from "./load/executor.ts";
import { findRate } from "./load/find-rate.ts";
import { race } from "./load/race.ts";
import type { Heat, RaceSettings } from "./plan.ts";
import type { CellResult, FoundRate } from "./result.ts";
import { judgeThresholds, type Threshold } from "./threshold.ts";

const startRate = 8000;
/** Fewer answers than this share of what was due means that the rate was not kept up. */
const leastAchieved = 1 - fallsBehindBy;

/** What a search has found, and every trial that it made. */
export interface RateSearch {
  readonly found: readonly FoundRate[];
  readonly trials: readonly CellResult[];
}

/**
 * For each strategy of a heat by itself, the highest open-loop rate at which a trial of `durationMs`
 * meets the objective, passes its audit, sends every request and gets its answers.
 */
export async function searchRates(
  heat: Heat,
  objective: Threshold,
  settings: RaceSettings,
  context: RaceContext,
  onTrial: (heat: Heat) => void,
): Promise<RateSearch> {
  const { signal } = context;
  const found: FoundRate[] = [];
  const trials: CellResult[] = [];
  for (const rival of heat.rivals) {
    let hung = false;
    const { met, missed } = await findRate(startRate, async (rate) => {
      if (signal.aborted || hung) return false;
      const stages = [{ durationMs: settings.durationMs, rate }];
      const open = { arrivals: "constant", stages } as const;
      const trial: Heat = { ...heat, rivals: [rival], rate };
      onTrial(trial);
      const samples = await race(trial, { ...settings, open, replicates: 1 }, context);
      hung = samples.some((sample) => sample.hung);
      const cells = cellResults(trial, samples);
      trials.push(...cells);
      return cells.length > 0 && cells.every((cell) => meets(cell, objective));
    });
    if (signal.aborted) break;
    const { fixture, connections } = heat;
    found.push({
      strategy: rival.strategy,
      fixture,
      connections,
      objective: objective.text,
      ...(met !== undefined && { met }),
      ...(missed !== undefined && { missed }),
    });
  }
  return { found, trials };
}

function meets(cell: CellResult, objective: Threshold): boolean {
  const { issued, ok, unsent = 0 } = cell.requests;
  const rate = cell.metrics.requestsPerSecond?.value ?? 0;
  const achieved = Math.min(ok / Math.max(1, issued + unsent), rate / (cell.rate ?? rate));
  // Response time counts from the due instant: it holds what our own scheduler was late.
  const sound = cell.audit.every(({ ok, check }) => ok || check === "lateness");
  return (
    sound &&
    achieved >= leastAchieved &&
    judgeThresholds([cell], [objective]).every(({ missed }) => missed.length === 0)
  );
}
