import { existsSync } from "node:fs";
import { UserError } from "../errors.ts";
import { type HistoryEntry, historyEntryOf, readHistory } from "../history.ts";
import { exitCodes, type Io } from "../io.ts";
import { knownMetrics } from "../metrics/registry.ts";
import { formatChange } from "../reporters/comparison-text.ts";
import { renderTable } from "../reporters/table.ts";
import { changePoints, fewestPoints } from "../stats/change-points.ts";
import { outlierScore, roundingStep } from "../stats/outlier.ts";
import { median } from "../stats/quantile.ts";
import { baselinePath, historyPath, readResult } from "../store.ts";
import { formatQuantity, formatRevision, type Unit } from "../units.ts";

/** A metric of a cell over recorded runs of one environment. */
interface Series {
  readonly environment: string;
  readonly cell: string;
  readonly metric: string;
  readonly points: readonly { readonly entry: HistoryEntry; readonly value: number }[];
}

/** Less than two steps of rounding between them is no change of level, in logarithms. */
const resolution = 2 * roundingStep;

/** A level that began at a revision. */
interface Change {
  readonly series: Series;
  readonly revision: string;
  /** The first run of it was of a work tree with changes. */
  readonly dirty: boolean;
  /** Of the runs before and after, where it changed as well. */
  readonly kernels?: readonly [before: string, after: string];
  readonly recordedAt: string;
  readonly ratio: number;
  readonly pValue: number;
}

/** Shows each metric over recorded runs, and where its level changed. */
export function history(resultsDirectory: string, asJson: boolean, io: Io): number {
  const series = seriesOf(readHistory(historyPath(resultsDirectory)));
  const changes = series.flatMap(changesOf);
  const outliers = outliersIfReadable(resultsDirectory, series, io);
  if (asJson) {
    const plain = changes.map(({ series: { environment, cell, metric }, ...change }) => ({
      environment,
      cell,
      metric,
      ...change,
    }));
    const shown = {
      series: series.map(({ points, ...own }) => ({ ...own, points: points.map(plainPoint) })),
      changes: plain,
      baselineOutliers: outliers,
    };
    io.out.write(`${JSON.stringify(shown, null, 2)}\n`);
    return exitCodes.fine;
  }
  for (const [environment, own] of Map.groupBy(series, (each) => each.environment)) {
    io.out.write(`${environment}\n${renderSeries(own)}\n`);
  }
  io.out.write(renderChanges(changes));
  for (const line of outliers) io.out.write(`${line}\n`);
  return exitCodes.fine;
}

function plainPoint({ entry, value }: Series["points"][number]) {
  const { recordedAt, revision, dirty } = entry;
  return { recordedAt, revision, dirty, value };
}

function seriesOf(entries: readonly HistoryEntry[]): Series[] {
  const byName = new Map<string, Series & { points: { entry: HistoryEntry; value: number }[] }>();
  for (const entry of entries) {
    for (const { cell, metrics: figures } of entry.cells) {
      for (const [metric, value] of Object.entries(figures)) {
        // Logarithms are judged.
        if (value <= 0) continue;
        const { environment } = entry;
        const name = JSON.stringify([environment, cell, metric]);
        const series = byName.get(name) ?? { environment, cell, metric, points: [] };
        series.points.push({ entry, value });
        byName.set(name, series);
      }
    }
  }
  return [...byName.values()];
}

function changesOf(series: Series): Change[] {
  const logs = series.points.map(({ value }) => Math.log(value));
  return changePoints(logs).flatMap(({ index, before, after, pValue }) => {
    if (Math.abs(after - before) < resolution) return [];
    const [last, first] = series.points.slice(index - 1).map(({ entry }) => entry);
    const { revision, dirty, recordedAt } = first as HistoryEntry;
    const kernels = [last?.kernel ?? "", first?.kernel ?? ""] as const;
    const isOfKernel = !kernels.includes("") && kernels[0] !== kernels[1];
    const ratio = Math.exp(after - before);
    return [{ series, revision, dirty, recordedAt, ratio, pValue, ...(isOfKernel && { kernels }) }];
  });
}

function renderSeries(series: readonly Series[]): string {
  const headings = ["cell", "metric", "runs", "first", "median", "last"];
  const columns = headings.map((heading, index) => ({
    heading,
    align: index < 2 ? ("left" as const) : ("right" as const),
  }));
  const rows = series.map(({ cell, metric, points }) => {
    const values = points.map(({ value }) => value);
    const show = (value = 0) => formatQuantity(value, unitOf(metric));
    return [
      cell,
      metric,
      String(points.length),
      show(values[0]),
      show(median(values)),
      show(values.at(-1)),
    ];
  });
  return renderTable(columns, rows);
}

function renderChanges(changes: readonly Change[]): string {
  if (changes.length === 0) {
    return `No level has changed. One is told by ${fewestPoints} runs before it and as many in it.\n`;
  }
  const lines = changes.map((change) => {
    const { series, recordedAt, ratio, pValue, kernels } = change;
    const withKernel = kernels ? `, with kernel ${kernels[1]} in place of ${kernels[0]}` : "";
    const since = `since ${formatRevision(change)} (${recordedAt.slice(0, 10)})`;
    const word = worse(series.metric, ratio) ? "worse" : "better";
    return `  ${series.cell}: ${series.metric} ${formatChange(ratio)}, ${word}, ${since}, p = ${pValue.toFixed(3)}${withKernel}\n`;
  });
  return `Levels that changed:\n${lines.join("")}`;
}

function worse(metric: string, ratio: number): boolean {
  const higher = knownMetrics.find(({ key }) => key === metric)?.better === "higher";
  return ratio > 1 !== higher;
}

/** A history may hold what a later version has measured. */
function unitOf(metric: string): Unit {
  return knownMetrics.find(({ key }) => key === metric)?.unit ?? "1";
}

/** A baseline that cannot be read takes nothing from the history. */
function outliersIfReadable(
  resultsDirectory: string,
  series: readonly Series[],
  { err }: Pick<Io, "err">,
): string[] {
  try {
    return baselineOutliers(resultsDirectory, series);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    err.write(`readrace: ${error.message}; move it away\n`);
    return [];
  }
}

/** A baseline that lies apart from its own history would make every later run look changed. */
function baselineOutliers(resultsDirectory: string, series: readonly Series[]): string[] {
  const path = baselinePath(resultsDirectory);
  if (!existsSync(path)) return [];
  const baseline = historyEntryOf(readResult(path));
  return baseline.cells.flatMap(({ cell, metrics: figures }) =>
    Object.entries(figures).flatMap(([metric, value]) => {
      const fellows = series.find(
        (each) =>
          each.environment === baseline.environment && each.cell === cell && each.metric === metric,
      );
      const values = fellows?.points.map((point) => point.value) ?? [];
      if (outlierScore(value, values) === undefined) return [];
      const unit = unitOf(metric);
      return [
        `The baseline is an outlier of its history: ${cell}: ${metric} is ${formatQuantity(value, unit)} ` +
          `where the median is ${formatQuantity(median(values), unit)}; save another with --save-baseline`,
      ];
    }),
  );
}
