import { afterAll, expect, test } from "bun:test";
import { lstatSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sampleResult } from "./sample-result.ts";
import { readResult, writeResult } from "./store.ts";

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

test("a link stays a link, and what it names is replaced", () => {
  const path = join(folder, "place.json");
  writeFileSync(path, "{}");
  const link = join(folder, "link.json");
  symlinkSync(path, link);
  writeResult(link, sampleResult);
  expect(lstatSync(link).isSymbolicLink()).toBe(true);
  expect(JSON.parse(readFileSync(path, "utf8"))).toEqual(sampleResult);
});
