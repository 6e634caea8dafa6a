import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
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
