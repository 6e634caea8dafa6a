import { afterAll, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { askForNoSleep } from "./awake.ts";

const folder = mkdtempSync(join(tmpdir(), "readrace-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const wish = join(folder, "cpu_dma_latency");
const idleDriver = join(folder, "current_driver");

test("the kernel is asked for a latency of 0 µs in 32 bits", () => {
  writeFileSync(wish, "");
  writeFileSync(idleDriver, "intel_idle\n");
  expect(askForNoSleep({ wish, idleDriver })).toBe(true);
  expect([...readFileSync(wish)]).toEqual([0, 0, 0, 0]);
});

test.each(["none\n", undefined])("with the idle driver %j nothing is kept awake", (driver) => {
  writeFileSync(wish, "");
  if (driver === undefined) rmSync(idleDriver);
  else writeFileSync(idleDriver, driver);
  expect(askForNoSleep({ wish, idleDriver })).toBe(false);
});

test("a device that is not there is not made", () => {
  writeFileSync(idleDriver, "intel_idle\n");
  rmSync(wish, { force: true });
  expect(askForNoSleep({ wish, idleDriver })).toBe(false);
  expect(existsSync(wish)).toBe(false);
});
