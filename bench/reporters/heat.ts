import type { CellResult, Comparison } from "../result.ts";
import { formatCount, plural } from "../units.ts";
import { figureOf, limitOf, measureOf, ratioFigures, ratioOf } from "./figures.ts";
import { type Column, renderTable } from "./table.ts";

/** Cells of one fixture, number of connections and rate stand together, in the order of the run. */
export function groupByHeat(cells: readonly CellResult[]): CellResult[][] {
  const key = ({ fixture, connections, rate }: CellResult) => `${fixture}\n${connections}\n${rate}`;
  return [...Map.groupBy(cells, key).values()];
}

/** A figure of each cell, in a column of its own. */
interface Figure {
  readonly heading: string;
  readonly of: (cell: CellResult) => string;
}

const requestsPerSecond: Figure = {
  heading: "req/s",
  of: (cell) => figureOf(cell, "requestsPerSecond").replace("/s", ""),
};
const cpu: Figure = { heading: "CPU/req", of: (cell) => figureOf(cell, "cpuNsPerRequest") };
const memory: Figure = { heading: "memory", of: (cell) => figureOf(cell, "peakRssBytes") };

const closedFigures: readonly Figure[] = [
  requestsPerSecond,
  { heading: "p50", of: (cell) => figureOf(cell, "serviceP50Ns") },
  { heading: "p99", of: (cell) => figureOf(cell, "serviceP99Ns") },
  cpu,
  memory,
];

/** What users wait for is the response time, and with what is unsent it would have been longer. */
const openFigures: readonly Figure[] = [
  requestsPerSecond,
  { heading: "unsent", of: ({ requests }) => formatCount(requests.unsent ?? 0) },
  { heading: "response p50", of: (cell) => figureOf(cell, "responseP50Ns") },
  { heading: "p99", of: (cell) => figureOf(cell, "responseP99Ns") },
  { heading: "service p50", of: (cell) => figureOf(cell, "serviceP50Ns") },
  { heading: "p99", of: (cell) => figureOf(cell, "serviceP99Ns") },
  cpu,
  memory,
];

/** The strategies of one heat beside each other. */
export function renderHeat(
  cells: readonly CellResult[],
  comparisons: readonly Comparison[],
): string {
  const [first] = cells as [CellResult, ...CellResult[]];
  const versus = measureOf(first, comparisons);
  const figures = first.mode === "open" ? openFigures : closedFigures;
  const columns: Column[] = [
    { heading: "strategy", align: "left" },
    ...figures.map(({ heading }) => ({ heading, align: "right" }) as const),
    { heading: "limit", align: "left" },
  ];
  if (versus !== undefined) {
    for (const { heading } of ratioFigures) {
      columns.push({ heading: `${heading} ÷ ${versus}`, align: "left" });
    }
  }
  const rows = cells.map((cell) => [
    cell.strategy + (cell.valid ? "" : " (invalid)"),
    ...figures.map(({ of }) => of(cell)),
    limitOf(cell),
    ...ratioFigures.map(({ key }) => ratioOf(cell, comparisons, key)),
  ]);
  // Strategies differ little in it, since who has less to do spins more.
  const note = first.mode === "open" ? "  CPU/req has in it what we spin to be on time.\n" : "";
  return `${titleOf(first)}\n${renderTable(columns, rows)}${note}`;
}

function titleOf(cell: CellResult): string {
  const { fixture, connections, rate, schedule, workers, keptAlive, pipeline } = cell;
  return [
    `${fixture}, ${plural(connections, "connection")}`,
    ...(keptAlive ? [] : ["one for each request"]),
    ...(pipeline === undefined ? [] : [`${pipeline} requests pipelined on each`]),
    ...(workers > 1 ? [`${workers} workers`] : []),
    ...(rate === undefined
      ? []
      : [`${formatCount(rate)} ${rate === 1 ? "request" : "requests"} due a second`]),
    ...(schedule === undefined ? [] : [schedule]),
  ].join(", ");
}
