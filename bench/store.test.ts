import { afterAll, describe, expect, test } from "bun:test";
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkOutput } from "./check-output.ts";
import { UserError } from "./errors.ts";
import { sampleResult } from "./sample-result.testing.ts";
import { readResult, saveResult, writeResult } from "./store.ts";

const folder = mkdtempSync(join(tmpdir(), "readrace-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const nothing = {
  command: "bun run bench",
  file: undefined,
  runsDirectory: undefined,
  resultsDirectory: join(folder, "kept"),
  saveBaseline: false,
  record: false,
  json: false,
};

const allValid = { ...sampleResult, cells: sampleResult.cells.filter(({ valid }) => valid) };

test("a draft that a dead process of the same number has left is in nobody's way", () => {
  const path = join(folder, "result.json");
  writeFileSync(
    `${path}.${process.pid}.tmp`,
    "half a result, and longer than what is now written".repeat(1000),
  );
  writeResult(path, sampleResult);
  expect(readResult(path)).toEqual(sampleResult);
});

test("a run that was interrupted is neither a baseline nor a point of history", () => {
  const output = {
    command: "bun run bench",
    file: undefined,
    runsDirectory: undefined,
    resultsDirectory: join(folder, "results"),
    saveBaseline: true,
    record: true,
    json: false,
  };
  const saved = saveResult(output, { ...sampleResult, interrupted: true });
  expect(saved).toMatchObject({ paths: [], failures: [] });
  expect(saved.omissions).toHaveLength(1);
  expect(saveResult(output, allValid).paths).toHaveLength(2);
});

/** Where a result goes that is to be the baseline, and a point of the history. */
function baselineAndHistory(name: string) {
  return {
    command: "bun run bench",
    file: undefined,
    runsDirectory: undefined,
    resultsDirectory: join(folder, name),
    saveBaseline: true,
    record: true,
    json: false,
  };
}

test("what the audit refuses takes the place of no baseline, and of no point of history", () => {
  const output = baselineAndHistory("refused");
  const { resultsDirectory } = output;
  const baseline = join(resultsDirectory, "baseline.json");
  expect(saveResult(output, allValid).paths).toContain(baseline);
  const { paths, omissions } = saveResult(output, sampleResult);
  expect(paths).toEqual([join(resultsDirectory, "history.jsonl")]);
  expect(omissions).toEqual(["the baseline is as it was: the audit refuses 1 of 3 cells"]);
  expect(readResult(baseline)).toEqual(allValid);
});

test("a run that broke off, or has no cell, replaces no baseline and is not recorded", () => {
  const output = baselineAndHistory("broken");
  const { cells } = allValid;
  saveResult({ ...output, record: false }, allValid);
  const broken = { ...sampleResult, cells: cells.slice(0, 1), fault: "main.ts ended with SIGKILL" };
  expect(saveResult(output, broken)).toEqual({
    paths: [],
    omissions: ["baseline and history are as they were: a run that broke off is but a part"],
    failures: [],
  });
  expect(saveResult({ ...output, record: false }, { ...sampleResult, cells: [] })).toEqual({
    paths: [],
    omissions: ["the baseline is as it was: there is no cell"],
    failures: [],
  });
  const baseline = join(output.resultsDirectory, "baseline.json");
  expect(readResult(baseline).cells).toEqual(cells);
});

test("a link stays a link, and what it names is replaced", () => {
  const path = join(folder, "place.json");
  writeFileSync(path, "{}");
  const link = join(folder, "link.json");
  symlinkSync(path, link);
  writeResult(link, sampleResult);
  expect(lstatSync(link).isSymbolicLink()).toBe(true);
  expect(JSON.parse(readFileSync(path, "utf8"))).toEqual(sampleResult);
});

describe("before a run it is made sure that", () => {
  const { resultsDirectory: results } = nothing;
  const file = join(folder, "file");
  writeFileSync(file, "");
  mkdirSync(join(results, "baseline.json"), { recursive: true });
  mkdirSync(join(results, "history.jsonl"));
  const foreign = join(folder, "foreign");
  mkdirSync(foreign);
  writeFileSync(join(foreign, "baseline.json"), "{}");
  const broken = join(folder, "broken");
  mkdirSync(broken);
  writeFileSync(join(broken, "history.jsonl"), "broken\n");

  test.each([
    ["the folder of runs is a folder", { runsDirectory: join(file, "runs") }, "use --no-save"],
    [
      "that of the baseline is one",
      { resultsDirectory: file, saveBaseline: true },
      "leave out --save-baseline",
    ],
    ["that of the history is one", { resultsDirectory: file, record: true }, "leave out --record"],
    ["the baseline is a file", { saveBaseline: true }, "baseline.json: it is no file"],
    [
      "the baseline is ours",
      { resultsDirectory: foreign, saveBaseline: true },
      "baseline.json exists and is not a readrace result",
    ],
    ["the history is a file", { record: true }, "history.jsonl: it is no file"],
    [
      "what is added to the history can be read",
      { resultsDirectory: broken, record: true },
      "line 1 is no recorded run",
    ],
  ])("%s", (_, output, advice) => {
    expect(() => checkOutput({ ...nothing, ...output })).toThrow(UserError);
    expect(() => checkOutput({ ...nothing, ...output })).toThrow(advice);
  });

  test.each([
    ["a name, and not that of a folder", `${folder}/new/`, "is the name of a folder"],
    ["a name that the disk takes", join(folder, "n".repeat(250)), "cannot write"],
    ["no link to nothing", join(folder, "dangling.json"), "is a link to nothing"],
  ])("-o is %s", (_, path, why) => {
    symlinkSync(join(folder, "nowhere.json"), join(folder, "dangling.json"));
    expect(() => checkOutput({ ...nothing, file: path })).toThrow(why);
    rmSync(join(folder, "dangling.json"));
  });

  test.each([
    ["a file that the run reads", "one of the files that are compared", ["input.json"]],
    ["the baseline, by another name", "is the baseline: --save-baseline replaces it", []],
  ])("-o is not %s", (_, why, inputs) => {
    const resultsDirectory = mkdtempSync(join(folder, "kept-"));
    const own = join(resultsDirectory, inputs[0] ?? "baseline.json");
    writeResult(own, sampleResult);
    const link = join(resultsDirectory, "link.json");
    symlinkSync(own, link);
    const output = { ...nothing, resultsDirectory, file: link };
    expect(() => checkOutput(output, inputs.length > 0 ? [own] : [])).toThrow(why);
  });

  test("where all is well nothing is said, and the folders are made", () => {
    const resultsDirectory = join(folder, "new");
    const runsDirectory = join(resultsDirectory, "runs");
    checkOutput({ ...nothing, resultsDirectory, runsDirectory, saveBaseline: true, record: true });
    expect(lstatSync(runsDirectory).isDirectory()).toBe(true);
  });
});

test("a run that was stopped before it measured anything replaces no file", () => {
  const file = join(folder, "good.json");
  writeResult(file, sampleResult);
  const output = { ...nothing, file };
  const stopped = { ...sampleResult, interrupted: true, cells: [], comparisons: [] };
  expect(saveResult(output, stopped)).toMatchObject({
    paths: [],
    omissions: [`${file} is as it was: nothing was measured`],
  });
  expect(readResult(file)).toEqual(sampleResult);
  expect(saveResult(output, { ...sampleResult, interrupted: true }).paths).toEqual([file]);
});
