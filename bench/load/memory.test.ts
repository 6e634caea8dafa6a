import { expect, test } from "bun:test";
import { join } from "node:path";
import { peakRssBytes } from "./memory.ts";

test("the peak is this process's own, and not that of the one that has spawned it", () => {
  const ballast = new Uint8Array(200e6).fill(1);
  const script = `
    const { peakRssBytes } = await import(${JSON.stringify(join(import.meta.dir, "memory.ts"))});
    console.log(peakRssBytes());`;
  const { stdout } = Bun.spawnSync([process.execPath, "-e", script]);
  const ofChild = Number(stdout.toString());
  expect(ofChild).toBeGreaterThan(1e6);
  if (process.platform === "linux") expect(ofChild).toBeLessThan(ballast.length / 2);
  expect(peakRssBytes()).toBeGreaterThan(ballast.length);
});
