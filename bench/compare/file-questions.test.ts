import { expect, test } from "bun:test";
import { sampleResult } from "../sample-result.ts";
import { environmentDifferences } from "./file-questions.ts";

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
