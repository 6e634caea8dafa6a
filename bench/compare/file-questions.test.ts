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

test("a result that does not say whether cores were kept awake is of before, when they were not", () => {
  expect(environmentDifferences(environment, { ...environment, keptAwake: false })).toEqual([]);
  expect(environmentDifferences(environment, { ...environment, keptAwake: true })).toEqual([
    "keptAwake: false and true",
  ]);
});
