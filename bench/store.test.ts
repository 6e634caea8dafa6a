import { afterAll, expect, test } from "bun:test";
import { lstatSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sampleResult } from "./sample-result.ts";
import { readResult, saveResult, writeResult } from "./store.ts";

const folder = mkdtempSync(join(tmpdir(), "readrace-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

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
  expect(saveResult(output, sampleResult).paths).toHaveLength(2);
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
