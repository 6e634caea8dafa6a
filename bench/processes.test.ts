import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { resultSchema } from "./result.ts";

const folder = mkdtempSync(join(tmpdir(), "readrace-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const main = join(import.meta.dir, "main.ts");

function start(...argv: string[]) {
  return Bun.spawn([process.execPath, main, ...argv], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, READRACE_RESULTS: folder },
  });
}

/** The pids below `pid`, by the kernel's word. */
function childrenOf(pid: number): number[] {
  const { stdout } = Bun.spawnSync(["ps", "-o", "pid=", "--ppid", String(pid)]);
  return stdout.toString().trim().split(/\s+/).filter(Boolean).map(Number);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function until(condition: () => boolean, timeoutMs = 5000): Promise<boolean> {
  for (const endMs = Date.now() + timeoutMs; Date.now() < endMs; await Bun.sleep(20)) {
    if (condition()) return true;
  }
  return condition();
}

const hasPs = Bun.which("ps") !== null;

test("Ctrl-C saves and prints what was measured, and exits 130", async () => {
  const race = start(
    ..."-s callback -f hello,64k -c 1,2 -d 2s -W 50ms --replicates 20 --seed 1 --trust-machine".split(
      " ",
    ),
  );
  await Bun.sleep(1200);
  // Under `bun run` one key arrives twice: from the terminal, and from bun.
  race.kill("SIGINT");
  await Bun.sleep(5);
  race.kill("SIGINT");
  expect(await race.exited).toBe(130);
  expect(await new Response(race.stdout).text()).toContain("Interrupted");
  const [name = ""] = readdirSync(join(folder, "runs"));
  const result = resultSchema.parse(JSON.parse(readFileSync(join(folder, "runs", name), "utf8")));
  expect(result.interrupted).toBe(true);
  expect(result.cells[0]?.valid).toBe(true);
  expect(result.cells[0]?.replicates.length).toBeLessThan(20);
});

test.skipIf(!hasPs)(
  "a coordinator that is killed leaves no process behind [skipped without ps]",
  async () => {
    const race = start(..."-s callback,future -f hello -c 4 -d 20s --no-save".split(" "));
    let children: number[] = [];
    const grown = await until(() => {
      children = childrenOf(race.pid);
      return children.length >= 2;
    });
    expect(grown).toBe(true);
    race.kill("SIGKILL");
    await race.exited;
    expect(await until(() => !children.some(isAlive))).toBe(true);
  },
);

test("serve --json says where it is in one line, and ends with Ctrl-C", async () => {
  const server = start("serve", "--json");
  const reader = server.stdout.getReader();
  const { value } = await reader.read();
  const line = new TextDecoder().decode(value);
  const { url, pid, fixtures } = JSON.parse(line);
  expect(line.trimEnd()).not.toContain("\n");
  expect(await (await fetch(url + fixtures.hello)).text()).toBe("Hello, World!");
  server.kill("SIGINT");
  expect(await server.exited).toBe(0);
  expect(isAlive(pid)).toBe(false);
});
