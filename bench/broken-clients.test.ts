import { afterAll, expect, test } from "bun:test";
import { appendFileSync, cpSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dir, "..");
const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A copy of this checkout. */
function copyOfCheckout(): string {
  const folder = mkdtempSync(join(tmpdir(), "readrace-"));
  folders.push(folder);
  for (const part of ["bench", "fixtures", "server", "src", "package.json", "tsconfig.json"]) {
    cpSync(join(root, part), join(folder, part), { recursive: true });
  }
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  return folder;
}

const client = "src/strategies/callback.ts";

test.each([
  ["that does not parse", client, "const x = ;", `Unexpected ; at ${client}:`],
  ["that throws", client, 'throw new Error("no such luck");', `no such luck at ${client}:`],
  [
    "that lacks a module",
    client,
    'import "./nothing.ts";',
    `'./nothing.ts' imported from ${client}`,
  ],
  ["that only a race loads", "src/direct-reads.ts", "const x = ;", "at src/direct-reads.ts:"],
  ["that all have in common", "src/errors.ts", "const x = ;", "at src/errors.ts:"],
])("code %s is one line and exit code 2, and no regression", async (_, file, code, said) => {
  const folder = copyOfCheckout();
  appendFileSync(join(folder, file), `\n${code}\n`);
  const command = [process.execPath, join(folder, "bench/main.ts"), "load", "-d", "50ms"];
  const child = Bun.spawn(command, { cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
  const err = await new Response(child.stderr).text();
  expect(err).toStartWith("readrace: the code of this checkout cannot be loaded: ");
  expect(err).toContain(said);
  expect(err.trim().split("\n")).toHaveLength(1);
  expect(await child.exited).toBe(2);
});
