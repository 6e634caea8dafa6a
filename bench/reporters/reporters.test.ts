import { expect, test } from "bun:test";
import { UserError } from "../errors.ts";
import { createHistogram, encodeHistogram } from "../load/histogram.ts";
import type { CellResult, Result } from "../result.ts";
import { sampleResult } from "../sample-result.testing.ts";
import { reporters } from "./registry.ts";

const render = (name: string, result: Result = sampleResult) =>
  reporters.find((reporter) => reporter.name === name)?.render(result) ?? "";

function withHistogramsAndReplicates(): Result {
  const histogram = createHistogram();
  for (let ms = 1; ms <= 100; ms++) histogram.recordValue(ms * 1e6);
  const cells = sampleResult.cells.map((cell) => ({
    ...cell,
    histograms: { serviceTimeNs: encodeHistogram(histogram) },
    replicates: [
      { cpuNsPerRequest: 8700, requestsPerSecond: 114_000 },
      { cpuNsPerRequest: 8720, requestsPerSecond: 114_500 },
    ],
  }));
  return { ...sampleResult, cells };
}

test("github: what github-action-benchmark reads, one direction a file", () => {
  const lower = JSON.parse(render("github"));
  expect(lower[0]).toMatchObject({
    name: "callback/hello/c=64/cpuNsPerRequest",
    unit: "ns",
    value: 8712,
  });
  const names = (list: { name: string }[]) => list.map(({ name }) => name);
  const higher = JSON.parse(render("github-bigger"));
  expect(names(higher)).toContain("callback/hello/c=64/requestsPerSecond");
  expect(names(lower)).not.toContain("callback/hello/c=64/requestsPerSecond");
});

test("github: a range is that of the interval, which need not lie evenly around the value", () => {
  const [cell] = sampleResult.cells as [CellResult];
  const nsPerResponse: CellResult["metrics"][string] = {
    value: 100,
    unit: "ns",
    better: "lower",
    interval: [99.123, 145.8],
  };
  const entries = JSON.parse(
    render("github", { ...sampleResult, cells: [{ ...cell, metrics: { nsPerResponse } }] }),
  );
  expect(entries).toMatchObject([{ value: 100, range: "99.12 to 145.8" }]);
});

test("bmf: benchmark, measure, value", () => {
  const parsed = JSON.parse(render("bmf"));
  expect(parsed["future/hello/c=64"].cpuNsPerRequest.value).toBeCloseTo(9583.2, 6);
});

test("benchfmt: a line a replicate in the Go format, with Unit lines", () => {
  const lines = render("benchfmt", withHistogramsAndReplicates()).split("\n");
  expect(lines).toContain("Unit req/s better=higher");
  expect(lines).toContain(
    "BenchmarkRead/strategy=callback/fixture=hello/c=64-2 500 8700 cpu-ns/op 114000 req/s",
  );
  // Design document 14313: a name that begins with Benchmark, iterations, then value and unit pairs.
  const results = lines.filter((line) => line.startsWith("Benchmark"));
  // Two replicates of two valid cells.
  expect(results).toHaveLength(4);
  expect(lines).toContain("# invalid: Read/strategy=chunk-loop/fixture=hello/c=64");
  for (const line of results) expect(line).toMatch(/^Benchmark\S+ \d+( [\d.]+ \S+)+$/);
});

test("benchfmt: cells of another load have another name", () => {
  const result = withHistogramsAndReplicates();
  const [cell] = result.cells as [CellResult];
  const other = { ...cell, keptAlive: false, workers: 2, pipeline: 4 };
  const lines = render("benchfmt", { ...result, cells: [other] }).split("\n");
  expect(lines.at(-2)).toStartWith(
    "BenchmarkRead/strategy=callback/fixture=hello/c=64/close=1/pipeline=4/workers=2-2 ",
  );
});

test("hgrm: the percentile distribution of each cell, in milliseconds", () => {
  const text = render("hgrm", withHistogramsAndReplicates());
  expect(text).toContain("#[callback/hello/c=64, service time]");
  expect(text).toMatch(/Value +Percentile +TotalCount +1\/\(1-Percentile\)/);
  expect(text).toMatch(/ 50\.0\d\d +0\.500000000000 +50 /);
});

test("hgrm: a result without histograms is named as such", () => {
  expect(() => render("hgrm", { ...sampleResult, kind: "micro" })).toThrow(
    "a result of micro has no histograms",
  );
});

test("hgrm: a cell without any answer is a comment, and hides no other", () => {
  const [cell] = withHistogramsAndReplicates().cells as [CellResult];
  const serviceTimeNs = encodeHistogram(createHistogram());
  const silent = { ...cell, strategy: "future", histograms: { serviceTimeNs } };
  const text = render("hgrm", { ...sampleResult, cells: [silent, cell] });
  expect(text).toStartWith(
    "# future/hello/c=64, service time: nothing was recorded\n\n#[callback/",
  );
});

test("hgrm: a damaged histogram is named, and is no internal fault", () => {
  const [first] = sampleResult.cells as [CellResult];
  const damaged = { ...first, histograms: { serviceTimeNs: "HISTFAAAdamaged" } };
  const rendered = () => render("hgrm", { ...sampleResult, cells: [damaged] });
  expect(rendered).toThrow(UserError);
  expect(rendered).toThrow("a damaged histogram: callback/hello/c=64, service time");
});

const found = {
  strategy: "callback",
  fixture: "hello",
  connections: 64,
  objective: "responseP99Ns<5ms",
  met: 50_000,
  missed: 51_000,
};
const { met: _, ...nothingFound } = { ...found, strategy: "future" };
const ofSearch: Result = {
  ...sampleResult,
  comparisons: [],
  foundRates: [found, nothingFound],
};

test("markdown: of a search the rates that it has found, and not its trials", () => {
  const lines = render("markdown", ofSearch).trim().split("\n");
  expect(lines.slice(2)).toEqual([
    "| callback | hello | 64 | responseP99Ns<5ms | 50.0k/s | 51.0k/s |",
    "| future | hello | 64 | responseP99Ns<5ms | - | 51.0k/s |",
  ]);
});

test("github and bmf: of a search the same, under a name that is the same in every run", () => {
  expect(JSON.parse(render("github-bigger", ofSearch))).toEqual([
    { name: "callback/hello/c=64/highestRate", unit: "1/s", value: 50_000 },
  ]);
  expect(JSON.parse(render("github", ofSearch))).toEqual([]);
  expect(JSON.parse(render("bmf", ofSearch))).toEqual({
    "callback/hello/c=64": { highestRate: { value: 50_000 } },
  });
});

test("csv: a line for each metric of each cell", () => {
  const [head, first, ...others] = render("csv").trim().split("\r\n");
  expect(head).toStartWith("strategy,fixture,connections");
  expect(first).toBe(
    "callback,hello,64,closed,,1,,requestsPerSecond,1/s,114283,,,client,true,1,true,",
  );
  expect(others).toHaveLength(14);
});

test("junit: an audit that fails is a failure, what a race finds is none", () => {
  const text = render("junit");
  expect(text).toContain('failures="1"');
  expect(text).toContain('name="chunk-loop/hello/c=64"><failure message="failures: 10 of 1000');
});

test("junit and annotations: of a search what it has found, and not its trials", () => {
  const text = render("junit", ofSearch);
  expect(text).toContain('tests="2" failures="1"');
  expect(text).toContain('name="future/hello/c=64"><failure message="no rate was found');
  expect(render("annotations")).toContain("::warning");
  expect(render("annotations", ofSearch)).toBe("");
});

test("a threshold that was missed is no success in what CI reads", () => {
  const missed = ["threshold serviceP99Ns<1ms missed: callback, hello, 64 connections: …"];
  const thresholds = [
    { threshold: "serviceP99Ns<1ms", missed },
    { threshold: "serviceP99Ns<9ms", missed: [] },
  ];
  const judged = { ...sampleResult, cells: [], comparisons: [], thresholds };
  expect(render("junit", judged)).toContain('tests="2" failures="1"');
  expect(render("annotations", judged)).toStartWith(
    "::error title=readrace%3A serviceP99Ns<1ms::threshold serviceP99Ns<1ms missed",
  );
});

test("what a threshold and the audit say is in every report for people", () => {
  const thresholds = [
    { threshold: "serviceP99Ns<1ms", missed: ["threshold serviceP99Ns<1ms missed: …"] },
  ];
  for (const name of ["text", "markdown"]) {
    expect(render(name, { ...sampleResult, thresholds })).toContain("serviceP99Ns<1ms missed");
    expect(render(name)).toContain("chunk-loop, hello, 64 connections: failures: 10 of 1000");
  }
});

test("csv: of a search the rate that it has found, after its trials", () => {
  const lines = render("csv", ofSearch).trim().split("\r\n");
  expect(lines.at(-1)).toBe("callback,hello,64,open,,,,highestRate,1/s,50000,,,,,,,");
  const fields = lines.map((line) => line.split(",").length);
  expect(new Set(fields).size).toBe(1);
});

test("markdown: each strategy beside the first, with its interval", () => {
  const [head] = render("markdown")
    .split("\n")
    .filter((line) => line.startsWith("| strategy"));
  expect(head).toContain("| req/s ÷ callback | CPU/req ÷ callback |");
});

test("a run that broke off is no success in any report", () => {
  const broken = { ...sampleResult, fault: "main.ts ended with SIGKILL" };
  expect(render("text", broken)).toContain(
    "Broke off (main.ts ended with SIGKILL): this is what was measured until then.",
  );
  expect(render("junit", { ...broken, cells: [], comparisons: [] })).toContain(
    'name="comes to its end"><failure message="main.ts ended with SIGKILL"',
  );
  expect(render("annotations", broken)).toContain("not whole: main.ts ended with SIGKILL");
});

test("junit: what XML has no character for is replaced", () => {
  const [first] = sampleResult.cells as [CellResult];
  const audit = [{ check: "counts", ok: false, detail: "\u0000\u001b[1m <bold>" }];
  const text = render("junit", { ...sampleResult, cells: [{ ...first, audit }] });
  expect(text).toContain("counts: \ufffd\ufffd[1m &lt;bold&gt;");
});

test("markdown: a table that GitHub shows", () => {
  const markdown = render("markdown");
  expect(markdown).toStartWith("readrace on Bun 1.4.5");
  const lines = markdown.split("\n").filter((line) => line.startsWith("|"));
  expect(lines[0]).toStartWith("| strategy | fixture | connections |");
  expect(lines[1]).toMatch(/^\|( --- \|)+$/);
  expect(lines[4]).toStartWith("| chunk-loop (invalid) |");
  expect(markdown).toContain("CPU per request beside callback");
});

test("every reporter takes a result without a cell", () => {
  for (const reporter of reporters) {
    expect(typeof reporter.render({ ...sampleResult, cells: [], comparisons: [] })).toBe("string");
  }
});
