import { boundBy } from "./audit/bound.ts";
import { audit } from "./audit/registry.ts";
import { createHistogram, encodeHistogram } from "./load/histogram.ts";
import type { CellSample } from "./load/sample.ts";
import { addCounts } from "./load/workers.ts";
import { pooled, sumRecordings, sumSlices } from "./metrics/metric.ts";
import { comparedMetricKeys, metrics } from "./metrics/registry.ts";
import type { Heat, Rival } from "./plan.ts";
import type { CellResult, Comparison } from "./result.ts";
import { meanEstimate, nonNegative, ratioEstimate } from "./stats/interval.ts";
import { verdictOf } from "./stats/verdict.ts";

/** The samples of a heat as cells of a result. A strategy that was never begun has no cell. */
export function cellResults(heat: Heat, samples: readonly CellSample[]): CellResult[] {
  return samples.flatMap((sample, index) =>
    sample.replicates.length > 0 || sample.lost.length > 0
      ? [cellResult(heat, (heat.rivals[index] as Rival).strategy, sample)]
      : [],
  );
}

function cellResult(heat: Heat, strategy: string, sample: CellSample): CellResult {
  const { fixture, connections } = heat;
  const replicates = sample.replicates.map((own) => values({ ...sample, replicates: [own] }));
  const lines = audit(sample);
  return {
    strategy,
    fixture,
    connections,
    mode: sample.mode,
    ...(heat.rate !== undefined && { rate: heat.rate }),
    ...(sample.schedule !== undefined && { schedule: sample.schedule }),
    workers: sample.workers,
    ...(sample.pipeline > 1 && { pipeline: sample.pipeline }),
    keptAlive: sample.keptAlive,
    requests: requestCounts(sample),
    errors: addCounts(sample.replicates.map(({ recording }) => recording.errors)),
    reopened: sumRecordings(sample, (recording) => recording.reopened),
    status: addCounts(sample.replicates.map(({ recording }) => recording.status)),
    metrics: metricResults(sample, replicates),
    replicates,
    histograms: histogramTexts(sample),
    boundBy: boundBy(sample),
    audit: [...lines],
    valid: lines.every(({ ok }) => ok),
  };
}

function histogramTexts(sample: CellSample): CellResult["histograms"] {
  const service = pooled(sample, ({ serviceTime }) => serviceTime) ?? createHistogram();
  const response = pooled(sample, ({ responseTime }) => responseTime);
  return {
    serviceTimeNs: encodeHistogram(service),
    ...(response && { responseTimeNs: encodeHistogram(response) }),
  };
}

/** Every metric that could be computed, by its key. */
function values(sample: CellSample): Record<string, number> {
  return Object.fromEntries(
    metrics.flatMap(({ key, compute }) => {
      const value = compute(sample);
      return value === undefined ? [] : [[key, value]];
    }),
  );
}

function metricResults(
  sample: CellSample,
  replicates: readonly Readonly<Record<string, number>>[],
): CellResult["metrics"] {
  const results: CellResult["metrics"] = {};
  for (const { key, unit, better, extreme, compute } of metrics) {
    const value = compute(sample);
    if (value === undefined) continue;
    const own = replicates.flatMap((replicate) => replicate[key] ?? []);
    const { interval } = meanEstimate(own);
    results[key] = {
      value,
      unit,
      better,
      ...(interval && !extreme && { interval: nonNegative(interval, own) }),
    };
  }
  return results;
}

function requestCounts(sample: CellSample): CellResult["requests"] {
  return {
    issued: sumSlices(sample, ({ requests }) => requests.issued),
    ok: sumSlices(sample, ({ requests }) => requests.ok),
    failed: sumSlices(sample, ({ requests }) => requests.failed),
    unfinished: sumSlices(sample, ({ requests }) => requests.unfinished),
    ...(sample.mode === "open" && { unsent: sumSlices(sample, ({ unsent = 0 }) => unsent) }),
  };
}

/** Every cell of a heat beside the heat's first one. */
export function compareWithFirst(cells: readonly CellResult[]): Comparison[] {
  const [first, ...others] = cells;
  if (first === undefined) return [];
  // Where a process was lost, replicates of the same number did not run side by side.
  if (hasLostProcess(first)) return [];
  return others
    .filter((cell) => !hasLostProcess(cell))
    .flatMap((cell) => comparedMetricKeys.flatMap((key) => compareCells(first, cell, key)));
}

export function hasLostProcess({ audit }: CellResult): boolean {
  return audit.some(({ check, ok }) => check === "processes" && !ok);
}

function compareCells(first: CellResult, cell: CellResult, key: string): Comparison[] {
  const metric = cell.metrics[key];
  const replicatesOf = ({ replicates }: CellResult) =>
    replicates.map((own) => own[key] ?? Number.NaN);
  const estimate = ratioEstimate(replicatesOf(first), replicatesOf(cell));
  if (metric === undefined || estimate === undefined) return [];
  return [
    {
      strategy: cell.strategy,
      baseline: first.strategy,
      fixture: cell.fixture,
      connections: cell.connections,
      metric: key,
      ratio: estimate.value,
      ...(estimate.interval && { interval: [...estimate.interval] }),
      verdict: verdictOf(estimate, metric.better),
    },
  ];
}
