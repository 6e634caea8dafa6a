import type { CellResult } from "../result.ts";
import { fewestPoints, fitScalability, kneeOf, type LoadPoint } from "../stats/scalability.ts";
import { formatCount, formatNs } from "../units.ts";
import { type Column, renderTable } from "./table.ts";

/** A curve needs so many numbers of connections. */
const fewestCounts = 3;
/** A law that misses its own points by more than this does not describe them. */
const mostError = 0.1;
/** Less than this is the noise of a race. */
const leastFall = 1.02;

/** For each fixture that was raced at several concurrencies: the curve of each strategy, and its knee. */
export function renderCurves(cells: readonly CellResult[]): string[] {
  const closed = cells.filter(({ mode }) => mode === "closed");
  return [...Map.groupBy(closed, ({ fixture }) => fixture)].flatMap(([fixture, own]) => {
    const counts = [...new Set(own.map(({ connections }) => connections))].sort((a, b) => a - b);
    return counts.length < fewestCounts ? [] : [renderCurve(fixture, counts, own)];
  });
}

function renderCurve(
  fixture: string,
  counts: readonly number[],
  cells: readonly CellResult[],
): string {
  const byStrategy = [...Map.groupBy(cells, ({ strategy }) => strategy)];
  const columns: Column[] = [
    { heading: "strategy", align: "left" },
    { heading: "", align: "left" },
    ...counts.map((count) => ({ heading: String(count), align: "right" as const })),
  ];
  const rows = byStrategy.flatMap(([strategy, own]) => {
    const figure = (key: string, format: (value: number) => string) =>
      counts.map((count) => {
        const value = own.find(({ connections }) => connections === count)?.metrics[key]?.value;
        return value === undefined ? "-" : format(value);
      });
    return [
      [strategy, "req/s", ...figure("requestsPerSecond", formatCount)],
      ["", "p99", ...figure("serviceP99Ns", formatNs)],
    ];
  });
  const sentences = byStrategy.map(([strategy, own]) => describeCurve(strategy, own));
  return `${fixture} over connections\n${renderTable(columns, rows)}${sentences.join("")}`;
}

function describeCurve(strategy: string, cells: readonly CellResult[]): string {
  const points = cells.flatMap(pointOf).sort((a, b) => a.concurrency - b.concurrency);
  const knee = kneeOf(points);
  if (knee === undefined) return "";
  const law = fitScalability(points);
  // With pipelining more is under way than the columns have connections.
  const isPipelined = cells.some(({ pipeline = 1 }) => pipeline > 1);
  const unit = isPipelined ? " requests in flight" : "";
  const start = `  ${strategy}: knee at ${knee.concurrency}${unit}${openEnd(knee, points)}`;
  if (points.length < fewestPoints) return `${start}; too few points for a scalability law\n`;
  if (law === undefined) return `${start}; no universal scalability law fits\n`;
  const error = `${(law.error * 100).toFixed(1)} %`;
  if (law.error > mostError) {
    return `${start}; no universal scalability law fits (off by ${error})\n`;
  }
  const peak = describePeak(law.peak, points);
  return (
    `${start}; universal scalability law λ = ${formatCount(law.lambda)}/s, ` +
    `σ = ${law.sigma.toFixed(3)}, κ = ${law.kappa.toExponential(1)}: ${peak} (off by ${error})\n`
  );
}

/** Where throughput is greatest by the law, which may lie beyond what was measured, or beside it. */
function describePeak(peak: number, points: readonly LoadPoint[]): string {
  if (!Number.isFinite(peak)) return "throughput does not fall";
  const last = points.at(-1) as LoadPoint;
  const falls = `throughput falls beyond ${Math.round(peak)}`;
  if (peak > last.concurrency) return `${falls}, where nothing was measured`;
  const wasSeen = points.some(({ throughput }) => throughput > leastFall * last.throughput);
  return wasSeen ? falls : `${falls}, which was not seen`;
}

/** Where the curve was not looked at beyond its knee, it may lie further on. */
function openEnd(knee: LoadPoint, points: readonly LoadPoint[]): string {
  if (knee === points[0]) return " or below";
  return knee === points.at(-1) ? " or beyond" : "";
}

function pointOf({ connections, pipeline = 1, metrics }: CellResult): LoadPoint[] {
  const throughput = metrics.requestsPerSecond?.value;
  const meanTime = metrics.serviceMeanNs?.value;
  if (throughput === undefined || meanTime === undefined || throughput <= 0) return [];
  return [{ concurrency: connections * pipeline, throughput, meanTime }];
}
