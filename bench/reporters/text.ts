import type { CellResult, Comparison, Result } from "../result.ts";
import { formatBytes, formatQuantity, plural } from "../units.ts";
import { renderComparison } from "./comparison-text.ts";
import { conclude } from "./conclusion.ts";
import { renderCostModels } from "./cost-models.ts";
import { renderCurves } from "./curve.ts";
import { renderFoundRates } from "./found-rates.ts";
import { renderMicro } from "./micro.ts";
import { concludePeers, renderPeerHeat } from "./peers.ts";
import type { Reporter } from "./reporter.ts";
import { type Column, renderTable } from "./table.ts";

export const text: Reporter = {
  name: "text",
  summary: "tables and a conclusion for people",
  render(result) {
    const heats = groupByHeat(result.cells);
    if (result.foundRates !== undefined) {
      // The cells are trials, most of which were meant to fail.
      return `${header(result)}\n${renderFoundRates(result.foundRates)}`;
    }
    if (result.kind === "compare") {
      const parts = [header(result), renderComparison(result), ...invalidCells(result.cells)];
      return parts.join("\n");
    }
    if (result.kind === "peers") {
      const tables = heats.map((cells) => renderPeerHeat(cells, result.comparisons ?? []));
      const ends = [...invalidCells(result.cells), concludePeers(result)];
      return [header(result), ...tables, ...ends].join("\n");
    }
    const parts = [
      header(result),
      ...(result.kind === "micro"
        ? [renderMicro(result.cells)]
        : heats.map((cells) => renderHeat(cells, result.comparisons ?? []))),
      ...renderCurves(result.cells),
      renderCostModels(result.costModels ?? []),
      ...invalidCells(result.cells),
      conclude(result),
    ];
    return `${parts.filter((part) => part !== "").join("\n")}`;
  },
};

function header({ environment, interrupted, seed }: Result): string {
  const { runtimeVersion, cpu, cores, os, kernel, memoryBytes, git, server, keptAwake, transport } =
    environment;
  const revision = git ? `, ${git.revision.slice(0, 8)}${git.dirty ? " with changes" : ""}` : "";
  const machine = `${cores} × ${cpu}, ${formatBytes(memoryBytes)}, ${os} ${kernel}`;
  const stopped = interrupted ? "Interrupted: this is what was measured until then.\n" : "";
  return `readrace on Bun ${runtimeVersion}, ${machine}\nserver ${server}, seed ${seed}${revision}${keptAwake ? ", cores kept awake" : ""}${transport === "direct" ? ", read directly" : ""}\n${stopped}`;
}

/** Cells of one fixture and number of connections stand together, in the order of the run. */
export function groupByHeat(cells: readonly CellResult[]): CellResult[][] {
  const key = ({ fixture, connections }: CellResult) => `${fixture}\n${connections}`;
  return [...Map.groupBy(cells, key).values()];
}

function renderHeat(cells: readonly CellResult[], comparisons: readonly Comparison[]): string {
  const [first] = cells as [CellResult, ...CellResult[]];
  const { fixture, connections, keptAlive, pipeline } = first;
  const use = [
    ...(keptAlive ? [] : [", one for each request"]),
    ...(pipeline === undefined ? [] : [`, ${pipeline} requests pipelined on each`]),
  ];
  const title = `${fixture}, ${plural(connections, "connection")}${use.join("")}`;
  const own = comparisons.filter((c) => c.fixture === fixture && c.connections === connections);
  const versus = own[0]?.baseline;
  const columns: Column[] = [
    { heading: "strategy", align: "left" },
    { heading: "req/s", align: "right" },
    { heading: "p50", align: "right" },
    { heading: "p99", align: "right" },
    { heading: "CPU/req", align: "right" },
    { heading: "limit", align: "left" },
  ];
  if (versus !== undefined) {
    columns.push(
      { heading: `req/s ÷ ${versus}`, align: "left" },
      { heading: `CPU/req ÷ ${versus}`, align: "left" },
    );
  }
  const rows = cells.map((cell) => [
    cell.strategy + (cell.valid ? "" : " (invalid)"),
    figure(cell, "requestsPerSecond").replace("/s", ""),
    figure(cell, "serviceP50Ns"),
    figure(cell, "serviceP99Ns"),
    figure(cell, "cpuNsPerRequest"),
    cell.boundBy,
    ratio(cell, own, "requestsPerSecond"),
    ratio(cell, own, "cpuNsPerRequest"),
  ]);
  return `${title}\n${renderTable(columns, rows)}`;
}

function figure(cell: CellResult, key: string): string {
  const metric = cell.metrics[key];
  return metric === undefined ? "-" : formatQuantity(metric.value, metric.unit);
}

function ratio(cell: CellResult, comparisons: readonly Comparison[], metric: string): string {
  const found = comparisons.find((c) => c.strategy === cell.strategy && c.metric === metric);
  return found === undefined ? "1" : formatRatio(found);
}

export function formatRatio({ ratio, interval }: Pick<Comparison, "ratio" | "interval">): string {
  if (interval === undefined) return `${ratio.toFixed(2)} (one replicate: no interval)`;
  return `${ratio.toFixed(2)} [${interval[0].toFixed(2)}, ${interval[1].toFixed(2)}]`;
}

/** What is said of a whole heat, such as a busy machine, is said once for all of its strategies. */
function invalidCells(cells: readonly CellResult[]): string[] {
  const failed = cells.flatMap(({ strategy, fixture, connections, audit }) =>
    audit
      .filter(({ ok }) => !ok)
      .map(({ check, detail }) => ({
        strategy,
        where: `${fixture}, ${plural(connections, "connection")}: ${check}: ${detail}`,
      })),
  );
  const lines = [...Map.groupBy(failed, ({ where }) => where)].map(
    ([where, own]) => `  INVALID ${own.map(({ strategy }) => strategy).join(" ")}, ${where}\n`,
  );
  return lines.length > 0
    ? [`The audit refuses ${plural(failed.length, "check")}:\n${lines.join("")}`]
    : [];
}
