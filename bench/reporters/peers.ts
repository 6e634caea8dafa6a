import { comparedMetricKeys } from "../metrics/registry.ts";
import { peers as knownPeers } from "../peers/registry.ts";
import type { CellResult, Comparison, Result } from "../result.ts";
import { plural } from "../units.ts";
import { comparisonOf, figureOf, measureOf } from "./figures.ts";
import { renderTable } from "./table.ts";

const headings: Readonly<Record<(typeof comparedMetricKeys)[number], string>> = {
  requestsPerSecond: "req/s",
  cpuNsPerRequest: "CPU/req",
  serviceP50Ns: "p50",
  serviceP99Ns: "p99",
};

/** Strategies and peers of one fixture: each figure, and its ratio to the tool that is the measure. */
export function peerTable(cells: readonly CellResult[], comparisons: readonly Comparison[]) {
  const [first] = cells as [CellResult, ...CellResult[]];
  const { fixture, connections } = first;
  // Interrupted before it ran, there is none.
  const measure = measureOf(first, comparisons);
  // Of one that broke in a later round there are fewer.
  const rounds = cells.find(({ strategy }) => strategy === measure)?.replicates.length;
  const ratios = rounds === undefined ? "" : `, ratios are medians of ${plural(rounds, "round")}`;
  return {
    title: `${fixture}, ${plural(connections, "connection")}${ratios}`,
    headings: [
      "client",
      ...comparedMetricKeys.flatMap((key) => [headings[key], ...(measure ? [`÷ ${measure}`] : [])]),
    ],
    rows: cells.map((cell) => [
      cell.strategy + remarkOn(cell, rounds),
      ...comparedMetricKeys.flatMap((key) => [
        figureOf(cell, key).replace("/s", ""),
        ...(measure ? [ratio(cell, comparisons, key)] : []),
      ]),
    ]),
  };
}

function remarkOn({ valid, replicates }: CellResult, rounds: number | undefined): string {
  const isShort = rounds !== undefined && replicates.length < rounds;
  const remarks = [
    ...(isShort ? [plural(replicates.length, "round")] : []),
    ...(valid ? [] : ["invalid"]),
  ];
  return remarks.length > 0 ? ` (${remarks.join(", ")})` : "";
}

export function renderPeerHeat(
  cells: readonly CellResult[],
  comparisons: readonly Comparison[],
): string {
  const { title, headings, rows } = peerTable(cells, comparisons);
  const columns = headings.map((heading, index) => ({
    heading,
    align: index === 0 || heading.startsWith("÷") ? ("left" as const) : ("right" as const),
  }));
  return `${title}\n${renderTable(columns, rows)}`;
}

function ratio(cell: CellResult, comparisons: readonly Comparison[], metric: string): string {
  const found = comparisonOf(cell, comparisons, metric);
  if (found === undefined) return "";
  const { ratio, interval } = found;
  const between = interval ? ` [${interval[0].toFixed(2)}, ${interval[1].toFixed(2)}]` : "";
  return ratio.toFixed(2) + between;
}

const tooFewRounds =
  "Too few rounds for intervals, which say how far that can be relied on: --rounds 6 has them.";

/** What was raced against, and what the figures of a peer hold. */
export function concludePeers({ peers, comparisons = [], cells }: Result): string {
  const { versions = {}, missing = [], broken = [] } = peers ?? {};
  const tools = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const [first] = comparisons;
  const sentences = [
    tools.length > 0 ? `Beside ${tools.join(", ")}.` : "",
    missing.length > 0 ? `Not installed: ${missing.join(", ")}.` : "",
    ...broken.map(
      ({ peer, fixture, reason }) => `${peer} ${reason}: it sat out what was left of ${fixture}.`,
    ),
    ...closing(cells),
    ...knownPeers.map(({ name, caveat }) => (name in versions && caveat) || ""),
    first === undefined ? "" : besideMeasure(cells, comparisons, first.baseline),
    first === undefined || first.interval ? "" : tooFewRounds,
    "CPU is that of the whole process, by the operating system: of a tool from its start to its end, of ours in the measured window.",
  ];
  return `${sentences.filter((sentence) => sentence !== "").join("\n")}\n`;
}

/** Whose connections were not kept: their figures are of something else. */
function closing(cells: readonly CellResult[]): string[] {
  const names = new Set(cells.flatMap(({ keptAlive, strategy }) => (keptAlive ? [] : [strategy])));
  return [...names].map((name) => `${name} opened a connection for each request.`);
}

function besideMeasure(
  cells: readonly CellResult[],
  comparisons: readonly Comparison[],
  measure: string,
): string {
  const fixtures = [...new Set(cells.map(({ fixture }) => fixture))];
  const of = (fixture: string, metric: string) =>
    comparisons.find(
      (c) => c.strategy === "callback" && c.fixture === fixture && c.metric === metric,
    )?.ratio;
  const parts = fixtures.flatMap((fixture) => {
    const rate = of(fixture, "requestsPerSecond");
    const cpu = of(fixture, "cpuNsPerRequest");
    if (rate === undefined || cpu === undefined) return [];
    return `${rate.toFixed(2)} of ${measure}'s requests/s with ${cpu.toFixed(2)} of its CPU per request on ${fixture}`;
  });
  return parts.length > 0 ? `callback makes ${parts.join(", ")}.` : "";
}
