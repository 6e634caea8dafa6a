import { afterAll, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { until } from "../src/until.testing.ts";
import { readHistory } from "./history.ts";
import { measured } from "./measured.testing.ts";
import { resultSchema } from "./result.ts";
import { childrenOf, commandOf, hasPs } from "./system/children.testing.ts";

// Whole races: Bun's own 5 s are too few where processes start and wake slowly.
setDefaultTimeout(60_000);

const folder = mkdtempSync(join(tmpdir(), "readrace-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const main = join(import.meta.dir, "main.ts");

const options = {
  stdio: ["ignore", "pipe", "pipe"],
  env: { ...process.env, READRACE_RESULTS: folder },
} satisfies Bun.Spawn.SpawnOptions<"ignore", "pipe", "pipe">;

function start(...argv: string[]) {
  return Bun.spawn([process.execPath, main, ...argv], options);
}

/** With a process group of its own, which a terminal's Ctrl-C reaches as a whole. */
function startAsGroup(...argv: string[]) {
  return Bun.spawn([process.execPath, main, ...argv], { ...options, detached: true });
}

function isGenerator(pid: number, strategy: string): boolean {
  return commandOf(pid).includes(`"strategy":"${strategy}"`);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Never to 0, which would be ourselves. */
function signalTo(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) throw new Error("there is no such process");
  process.kill(pid, signal);
}

/** Every result that was saved, by the folder's word, in the order of time. */
function savedResults() {
  const runs = join(folder, "runs");
  const files = existsSync(runs) ? readdirSync(runs).sort() : [];
  expect(files.filter((file) => !file.endsWith(".json"))).toEqual([]);
  return files.map((file) =>
    resultSchema.parse(JSON.parse(readFileSync(join(runs, file), "utf8"))),
  );
}

const longRace =
  "-s callback -f hello,64k -c 1,2 -d 2s -W 50ms --replicates 20 --seed 1 --trust-machine".split(
    " ",
  );

test.skipIf(!hasPs)(
  "Ctrl-C saves and prints what was measured, and exits 130",
  measured,
  async () => {
    const race = start(...longRace);
    await until(() => childrenOf(race.pid).some((pid) => isGenerator(pid, "callback")));
    // A replicate takes some 300 ms, its process included.
    await Bun.sleep(1000);
    // Under `bun run` one key arrives twice: from the terminal, and from bun.
    race.kill("SIGINT");
    await Bun.sleep(5);
    race.kill("SIGINT");
    expect(await race.exited).toBe(130);
    expect(await new Response(race.stdout).text()).toContain("Interrupted");
    const result = savedResults().at(-1);
    expect(result?.interrupted).toBe(true);
    expect(result?.cells[0]?.valid).toBe(true);
    expect(result?.cells[0]?.replicates.length).toBeLessThan(20);
  },
);

test.skipIf(!hasPs).each([
  ["SIGTERM", 0],
  ["SIGHUP", 300],
  ["SIGINT", 700],
] as const)("%s %d ms after the start leaves a valid result", async (signal, afterMs) => {
  const race = start(...longRace, "--json");
  await until(() => childrenOf(race.pid).length > 0);
  await Bun.sleep(afterMs);
  race.kill(signal);
  expect(await race.exited).toBe(130);
  const printed = resultSchema.parse(await new Response(race.stdout).json());
  expect(printed.interrupted).toBe(true);
  expect(savedResults()).toContainEqual(printed);
});

test.skipIf(!hasPs)("a terminal's Ctrl-C does not kill what has just been started", async () => {
  const race = startAsGroup(...longRace, "--no-save", "--json");
  await until(() => childrenOf(race.pid).some((pid) => commandOf(pid).includes("generator.ts")));
  process.kill(-race.pid, "SIGINT");
  expect(await race.exited).toBe(130);
  expect(await new Response(race.stderr).text()).toBe("");
});

test.skipIf(!hasPs)(
  "Ctrl-C is heeded where a generator hangs, and what was measured is kept [skipped without ps]",
  async () => {
    const race = start(...longRace, "--json");
    let hanging: number | undefined;
    await until(() => {
      hanging = childrenOf(race.pid).find((pid) => isGenerator(pid, "callback"));
      return hanging !== undefined;
    });
    await Bun.sleep(500);
    hanging = childrenOf(race.pid).find((pid) => isGenerator(pid, "callback")) ?? hanging;
    signalTo(hanging, "SIGSTOP");
    race.kill("SIGINT");
    expect(await race.exited).toBe(130);
    const printed = resultSchema.parse(await new Response(race.stdout).json());
    expect(printed.interrupted).toBe(true);
    expect(savedResults()).toContainEqual(printed);
    expect(hanging !== undefined && isAlive(hanging)).toBe(false);
  },
);

test("Ctrl-C while a silent --target is asked what it answers does not wait for it", async () => {
  let requests = 0;
  const silent = Bun.listen({
    hostname: "127.0.0.1",
    port: 0,
    socket: { data: () => void requests++ },
  });
  try {
    const target = `http://127.0.0.1:${silent.port}/`;
    const race = start("--target", target, "--timeout", "1h", "--json", "--no-save");
    await until(() => requests > 0);
    race.kill("SIGINT");
    expect(await race.exited).toBe(130);
    const printed = resultSchema.parse(await new Response(race.stdout).json());
    expect(printed).toMatchObject({ interrupted: true, cells: [] });
  } finally {
    silent.stop(true);
  }
});

test.skipIf(!hasPs)(
  "a generator that is killed makes its cell invalid, and the rest stand [skipped without ps]",
  measured,
  async () => {
    const race = start(
      ..."-s callback,future -f hello -c 2 -d 2s -W 50ms --replicates 2 --json --trust-machine".split(
        " ",
      ),
    );
    let victim: number | undefined;
    await until(() => {
      victim = childrenOf(race.pid).find((pid) => isGenerator(pid, "future"));
      return victim !== undefined;
    });
    signalTo(victim, "SIGKILL");
    expect(await race.exited).toBe(3);
    const { cells } = resultSchema.parse(await new Response(race.stdout).json());
    expect(
      cells.map(({ strategy, valid, replicates }) => [strategy, valid, replicates.length]),
    ).toEqual([
      ["callback", true, 2],
      ["future", false, 1],
    ]);
    expect(cells[1]?.audit[0]).toMatchObject({ check: "processes", ok: false });
  },
);

test.skipIf(!hasPs)(
  "a server that is killed ends the race, and what was measured stands [skipped without ps]",
  async () => {
    const race = start(
      ..."-s callback -f hello -c 1,2,3,4 -d 500ms -W 50ms --replicates 1 --json --trust-machine".split(
        " ",
      ),
    );
    const server = () => childrenOf(race.pid).find((pid) => commandOf(pid).includes("server/main"));
    await until(() => server() !== undefined);
    await Bun.sleep(1800);
    signalTo(server(), "SIGKILL");
    expect(await race.exited).toBe(3);
    expect(await new Response(race.stderr).text()).toContain(
      "broke off: server/main.ts ended with SIGKILL",
    );
    const { cells } = resultSchema.parse(await new Response(race.stdout).json());
    expect(cells.length).toBeLessThan(4);
  },
);

test("a full disk is said in one line, and the result goes to stdout", async () => {
  // A file of more than half a KiB cannot be written, as on a disk that is full.
  const race = Bun.spawn(
    [
      "sh",
      "-c",
      'trap "" XFSZ; ulimit -f 1; exec "$0" "$@"',
      process.execPath,
      main,
      ..."-s callback -f hello -c 1 -d 50ms -W 20ms --replicates 1 --record --trust-machine".split(
        " ",
      ),
    ],
    { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, READRACE_RESULTS: folder } },
  );
  const before = savedResults().length;
  const [out, err] = await Promise.all([
    new Response(race.stdout).text(),
    new Response(race.stderr).text(),
  ]);
  expect(await race.exited).toBe(3);
  expect(err).toMatch(/^readrace: cannot write .*: EFBIG/);
  expect(err).not.toContain("    at ");
  expect(resultSchema.parse(JSON.parse(out.slice(out.indexOf("{\n")))).cells).toHaveLength(1);
  expect(savedResults()).toHaveLength(before);
});

test.skipIf(!existsSync("/dev/full"))(
  "output that finds no room is said, and no success",
  async () => {
    const list = Bun.spawn([process.execPath, main, "list", "--json"], {
      stdio: ["ignore", Bun.file("/dev/full"), "pipe"],
    });
    expect(await list.exited).toBe(3);
    expect(await new Response(list.stderr).text()).toMatch(
      /^readrace: the output is not whole: ENOSPC[^\n]*\n$/,
    );
  },
);

test("two races at once do not hurt each other", async () => {
  const flags = "-s callback -f hello -c 2 -d 100ms -W 50ms --record --json --trust-machine";
  const races = [start(...flags.split(" ")), start(...flags.split(" "))];
  const results = await Promise.all(
    races.map(async (race) => {
      // Each is the other's load, which an audit may refuse.
      expect([0, 3]).toContain(await race.exited);
      return resultSchema.parse(await new Response(race.stdout).json());
    }),
  );
  for (const result of results) expect(savedResults()).toContainEqual(result);
  expect(readHistory(join(folder, "history.jsonl")).length).toBeGreaterThanOrEqual(2);
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
