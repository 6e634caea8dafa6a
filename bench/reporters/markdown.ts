import type { CellResult, Comparison, FoundRate, Result } from "../result.ts";
import { formatRate } from "../units.ts";
import { describeVerdict, formatChange, formatChangeInterval } from "./comparison-text.ts";
import { conclude } from "./conclusion.ts";
import { renderCurves } from "./curve.ts";
import { figureOf, limitOf, ratioFigures, ratioOf } from "./figures.ts";
import { header } from "./header.ts";
import { groupByHeat } from "./heat.ts";
import { concludePeers, peerTable } from "./peers.ts";
import { refusals } from "./refusals.ts";
import type { Reporter } from "./reporter.ts";

export const markdown: Reporter = {
  name: "markdown",
  summary: "tables for a pull request or a step summary",
  render(result) {
    // The cells of a search are trials, most of which were meant to fail.
    if (result.foundRates !== undefined) return renderFoundRates(result.foundRates);
    switch (result.kind) {
      case "compare":
        return renderComparison(result);
      case "peers":
        return renderPeers(result);
      default:
        return renderCells(result);
    }
  },
};

const marks: Record<Comparison["verdict"], string> = {
  regressed: "🔴 regressed",
  improved: "🟢 improved",
  unchanged: "unchanged",
  inconclusive: "❔ inconclusive",
};

function renderComparison(result: Result): string {
  const { comparisons = [], compared, cells } = result;
  const title = `### readrace: ${compared?.head ?? "head"} against ${compared?.base ?? "base"}`;
  const table = renderRows(
    ["strategy", "fixture", "connections", "metric", "change", "95 % interval", "verdict"],
    comparisons.map((comparison) => [
      comparison.strategy,
      comparison.fixture,
      String(comparison.connections),
      comparison.metric,
      formatChange(comparison.ratio),
      formatChangeInterval(comparison.interval),
      marks[comparison.verdict],
    ]),
  );
  const words = describeVerdict(result).trimEnd();
  return `${title}\n\n${header(result)}\n${table}\n\`\`\`\n${words}\n\`\`\`\n${renderRefusals(cells)}`;
}

function renderFoundRates(found: readonly FoundRate[]): string {
  return renderRows(
    ["strategy", "fixture", "connections", "objective", "highest rate that meets it", "misses it"],
    found.map(({ strategy, fixture, connections, objective, met, missed }) => [
      strategy,
      fixture,
      String(connections),
      objective,
      formatRate(met),
      formatRate(missed),
    ]),
  );
}

function renderPeers(result: Result): string {
  const { cells, comparisons = [] } = result;
  const tables = groupByHeat(cells).map((own) => {
    const { title, headings, rows } = peerTable(own, comparisons);
    return `${title}\n\n${renderRows(headings, rows)}\n`;
  });
  const refused = refusals(cells).map((line) => `INVALID ${line}\n`);
  return `${header(result)}\n${tables.join("")}\`\`\`\n${refused.join("")}${concludePeers(result)}\`\`\`\n`;
}

function renderCells(result: Result): string {
  const { cells, comparisons = [] } = result;
  const [measure] = comparisons;
  const keys = [
    "requestsPerSecond",
    "responseP50Ns",
    "responseP99Ns",
    "serviceP50Ns",
    "serviceP99Ns",
    "cpuNsPerRequest",
    "peakRssBytes",
    "nsPerResponse",
  ];
  const isOpen = cells.some(({ mode }) => mode === "open");
  const present = keys.filter((key) => cells.some(({ metrics }) => metrics[key] !== undefined));
  const table = renderRows(
    [
      "strategy",
      "fixture",
      "connections",
      ...(isOpen ? ["due/s", "unsent"] : []),
      ...present,
      "limit",
      ...(measure ? ratioFigures.map(({ heading }) => `${heading} ÷ ${measure.baseline}`) : []),
    ],
    cells.map((cell) => [
      cell.strategy + (cell.valid ? "" : " (invalid)"),
      cell.fixture,
      String(cell.connections),
      ...(isOpen ? [String(cell.rate ?? "-"), String(cell.requests.unsent ?? "-")] : []),
      ...present.map((key) => figureOf(cell, key)),
      limitOf(cell),
      ...(measure ? ratioFigures.map(({ key }) => ratioOf(cell, comparisons, key)) : []),
    ]),
  );
  const words = [...renderCurves(cells), conclude(result)].filter((part) => part !== "").join("\n");
  const conclusion = words === "" ? "" : `\n\`\`\`\n${words}\`\`\`\n`;
  return `${header(result)}\n${table}${conclusion}${renderRefusals(cells)}`;
}

function renderRefusals(cells: readonly CellResult[]): string {
  const refused = refusals(cells).map((line) => `- ${line}\n`);
  return refused.length === 0
    ? ""
    : `\n**The audit refuses this run: its figures are not to be trusted.**\n\n${refused.join("")}`;
}

function renderRows(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |\n`;
  return line(headings) + line(headings.map(() => "---")) + rows.map(line).join("");
}
