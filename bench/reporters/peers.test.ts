import { expect, test } from "bun:test";
import type { CellResult, Result } from "../result.ts";
import { sampleResult } from "../sample-result.testing.ts";
import { markdown } from "./markdown.ts";
import { text } from "./text.ts";

const [sample] = sampleResult.cells as [CellResult];

function cellOf(strategy: string, rounds: number, keptAlive = true): CellResult {
  return { ...sample, strategy, keptAlive, replicates: Array.from({ length: rounds }, () => ({})) };
}

/** callback ran in seven rounds beside wrk, which broke in its third, and ab. */
const result: Result = {
  ...sampleResult,
  kind: "peers",
  cells: [cellOf("callback", 7), cellOf("wrk", 2), cellOf("ab", 1, false)],
  comparisons: ["callback", "ab"].map((strategy) => ({
    strategy,
    baseline: "wrk",
    fixture: sample.fixture,
    connections: sample.connections,
    metric: "cpuNsPerRequest",
    ratio: 1.05,
    verdict: "inconclusive",
  })),
  peers: {
    versions: { wrk: "4.1.0", ab: "2.3" },
    missing: ["h2load"],
    broken: [{ peer: "wrk", fixture: sample.fixture, reason: "had not ended after 21 s" }],
  },
};

test("ratios are of so many rounds as the tool that is the measure ran in", () => {
  const rendered = text.render(result);
  expect(rendered).toContain("ratios are medians of 2 rounds\n");
  expect(rendered).toMatch(/^ *wrk {2}/m);
  expect(rendered).toMatch(/^ *ab \(1 round\) {2}/m);
});

test("who opened a connection for each request is named", () => {
  const sentence = "ab opened a connection for each request.";
  expect(text.render(result)).toContain(sentence);
  expect(markdown.render(result)).toContain(sentence);
});

test("without intervals nothing is said as if it were sure", () => {
  const sentence = "Too few rounds for intervals";
  expect(text.render(result)).toContain(sentence);
  const comparisons = (result.comparisons ?? []).map((own) => ({
    ...own,
    interval: [1, 1.1] as [number, number],
  }));
  expect(text.render({ ...result, comparisons })).not.toContain(sentence);
});

test("whose percentiles are counted in another way is named, where it ran", () => {
  const sentence = "wrk counts a request from its write";
  expect(text.render(result)).toContain(sentence);
  const withoutWrk = {
    ...result,
    peers: { versions: { ab: "2.3" }, missing: ["wrk"], broken: [] },
  };
  expect(text.render(withoutWrk)).not.toContain(sentence);
});

test("markdown says against what, what is missing, what broke, and no flag that peers lacks", () => {
  const rendered = markdown.render(result);
  expect(rendered).toContain(
    "| client | req/s | ÷ wrk | CPU/req | ÷ wrk | p50 | ÷ wrk | p99 | ÷ wrk |\n",
  );
  expect(rendered).toContain("Beside wrk 4.1.0, ab 2.3.\nNot installed: h2load.\n");
  expect(rendered).toContain("wrk had not ended after 21 s: it sat out");
  expect(rendered).not.toContain("--replicates");
});
