import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { until } from "../../src/until.testing.ts";
import { isAlive } from "./alive.ts";
import { spawnChild } from "./child.ts";

const folder = mkdtempSync(join(tmpdir(), "readrace-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("what is asked of a process whose channel is closed is rejected with how it ended", async () => {
  const script = join(folder, "leaves.ts");
  writeFileSync(
    script,
    "process.send?.('ready'); process.disconnect?.(); setTimeout(() => process.exit(7), 300);",
  );
  const child = spawnChild<string, string>(script, {});
  expect(await child.next()).toBe("ready");
  await Bun.sleep(100);
  const asked = expect(child.ask("anything")).rejects.toThrow("leaves.ts ended with exit code 7");
  child.tell("something");
  await asked;
});

/** A process that says that it runs, and then nothing more; after a minute it is in nobody's way. */
function spinning() {
  const script = join(folder, "spins.ts");
  const spin = "const endMs = Date.now() + 60_000; while (Date.now() < endMs); process.exit();";
  writeFileSync(script, `process.send?.('ready'); setTimeout(() => { ${spin} }, 20);`);
  return spawnChild<string, string>(script, {});
}

const isGone = (pid: number) => until(() => !isAlive(pid));

test("a process that hangs is ended, and what was asked of it is rejected", async () => {
  const child = spinning();
  expect(await child.next()).toBe("ready");
  const words = "spins.ts said nothing for 0.3 s, and was ended";
  await expect(child.ask("anything", 300)).rejects.toThrow(words);
  await expect(child.ask("more")).rejects.toThrow(words);
  expect(await isGone(child.pid)).toBe(true);
});

test("who must hurry is not waited for as long as was planned, whenever it was asked", async () => {
  const before = spinning();
  const after = spinning();
  for (const child of [before, after]) expect(await child.next()).toBe("ready");
  const asked = before.ask("anything", 1e12).catch((error: Error) => error.message);
  for (const child of [before, after]) child.hurry(200);
  expect(await asked).toContain("/spins.ts said nothing for 0.2 s, and was ended");
  await expect(after.ask("anything")).rejects.toThrow("said nothing for 0.2 s");
});

test("a process that hangs does not outlive us", async () => {
  const parent = join(folder, "parent.ts");
  writeFileSync(
    parent,
    `const { spawnChild } = await import(${JSON.stringify(join(import.meta.dir, "child.ts"))});
     const child = spawnChild(${JSON.stringify(join(folder, "spins.ts"))}, {});
     await child.next();
     await Bun.sleep(100);
     console.log(child.pid);
     process.exit(3);`,
  );
  const process = Bun.spawn([globalThis.process.execPath, parent], { stdout: "pipe" });
  const pid = Number(await new Response(process.stdout).text());
  expect(await process.exited).toBe(3);
  expect(await isGone(pid)).toBe(true);
});
