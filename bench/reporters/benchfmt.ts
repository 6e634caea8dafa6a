import type { CellResult, Result } from "../result.ts";
import type { Reporter } from "./reporter.ts";

/** Units of the Go format, in which "/op" and direction are part of the name. */
const units: readonly (readonly [key: string, unit: string, better: "lower" | "higher"])[] = [
  ["cpuNsPerRequest", "cpu-ns/op", "lower"],
  ["serviceP50Ns", "p50-ns/op", "lower"],
  ["serviceP99Ns", "p99-ns/op", "lower"],
  ["requestsPerSecond", "req/s", "higher"],
  ["nsPerResponse", "ns/op", "lower"],
];

/**
 * The Go benchmark format: a line for each replicate, so that benchstat has its samples.
 * https://go.googlesource.com/proposal/+/master/design/14313-benchmark-format.md; Unit lines as in
 * golang.org/x/perf/benchfmt.
 */
export const benchfmt: Reporter = {
  name: "benchfmt",
  summary: "Go benchmark format, for benchstat",
  render(result) {
    const { environment } = result;
    const head = [
      `goos: ${environment.os}`,
      `goarch: ${environment.arch}`,
      "pkg: readrace",
      `cpu: ${environment.cpu}`,
      ...units.map(([, unit, better]) => `Unit ${unit} better=${better}`),
    ];
    const lines = result.cells.flatMap((cell) =>
      // A line that is no Benchmark is a comment to who reads it.
      cell.valid ? replicateLines(cell, result) : [`# invalid: ${benchmarkName(cell)}`],
    );
    return `${[...head, "", ...lines].join("\n")}\n`;
  },
};

function replicateLines(cell: CellResult, { environment }: Result): string[] {
  const count = Math.max(1, Math.round(cell.requests.ok / Math.max(1, cell.replicates.length)));
  return cell.replicates.flatMap((own) => {
    const figures = units.flatMap(([key, unit]) => {
      const value = own[key];
      return value === undefined ? [] : [`${value} ${unit}`];
    });
    if (figures.length === 0) return [];
    return [`Benchmark${benchmarkName(cell)}-${environment.cores} ${count} ${figures.join(" ")}`];
  });
}

/** Names have no spaces; parts of the form key=value are what benchstat groups by. */
function benchmarkName(cell: CellResult): string {
  const { strategy, fixture, connections, side } = cell;
  const { mode, rate, schedule, workers, keptAlive, pipeline } = cell;
  const parts = [
    "Read",
    `strategy=${strategy}`,
    `fixture=${withoutSpaces(fixture)}`,
    `c=${connections}`,
    ...(mode === "open" ? [`rate=${rate ?? 0}`] : []),
    ...(schedule === undefined ? [] : [`schedule=${withoutSpaces(schedule)}`]),
    ...(keptAlive ? [] : ["close=1"]),
    ...(pipeline === undefined ? [] : [`pipeline=${pipeline}`]),
    ...(workers > 1 ? [`workers=${workers}`] : []),
    ...(side === undefined ? [] : [`side=${side}`]),
  ];
  return parts.join("/");
}

function withoutSpaces(text: string): string {
  return text.replaceAll(/[\s,/]+/g, "_");
}
