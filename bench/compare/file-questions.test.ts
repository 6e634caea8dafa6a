import { expect, test } from "bun:test";
import type { CellResult } from "../result.ts";
import { sampleResult } from "../sample-result.testing.ts";
import { environmentDifferences, fileQuestions } from "./file-questions.ts";

const { environment } = sampleResult;

test("results of different machines are told apart, one line a difference", () => {
  const other = { ...environment, cores: environment.cores + 2, kernel: "other" };
  expect(environmentDifferences(environment, environment)).toEqual([]);
  expect(environmentDifferences(environment, other)).toEqual([
    `kernel: ${environment.kernel} and other`,
    `cores: ${environment.cores} and ${environment.cores + 2}`,
  ]);
});

test("results that were read by different hands are told apart; Bun read before it was said", () => {
  const { transport: _, ...before } = environment;
  expect(environmentDifferences(before, { ...before, transport: "bun" })).toEqual([]);
  expect(environmentDifferences(before, { ...before, transport: "direct" })).toEqual([
    "transport: bun and direct",
  ]);
});

test("a result that does not say whether cores were kept awake is of before, when they were not", () => {
  expect(environmentDifferences(environment, { ...environment, keptAwake: false })).toEqual([]);
  expect(environmentDifferences(environment, { ...environment, keptAwake: true })).toEqual([
    "keptAwake: false and true",
  ]);
});

test("cells of different loads are not compared", () => {
  const [first] = sampleResult.cells as [CellResult];
  const open: CellResult = {
    ...first,
    mode: "open",
    rate: 1000,
    replicates: [990, 1000, 1010].map((requestsPerSecond) => ({ requestsPerSecond })),
  };
  const asked = (head: Partial<CellResult>) => {
    const of = (cell: CellResult) => ({ ...sampleResult, cells: [cell] });
    return fileQuestions(of(open), of({ ...open, ...head }), 0.02).length;
  };
  expect(asked({})).toBe(1);
  for (const head of [{ rate: 2000 }, { schedule: "poisson" }, { workers: 2 }, { pipeline: 4 }]) {
    expect(asked(head)).toBe(0);
  }
});
