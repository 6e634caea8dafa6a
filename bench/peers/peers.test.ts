import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Executor, RaceContext } from "../load/executor.ts";
import { raceSettings } from "../load/race-settings.testing.ts";
import { exactWarmUp, type RaceSettings } from "../plan.ts";
import type { CellResult } from "../result.ts";
import { sampleResult } from "../sample-result.testing.ts";
import { SilenceError } from "../system/child.ts";
import type { Peer, PeerReport } from "./peer.ts";
import { peers } from "./registry.ts";
import { compareWithMeasure, raceRounds } from "./rounds.ts";
import { runPeer } from "./run-peer.ts";

// Output recorded from the tools themselves on 2026-11-23: one second, 64 connections.
const recorded: readonly [name: string, file: string, report: PeerReport][] = [
  [
    "wrk",
    "wrk-4.1.0.txt",
    {
      requests: 128105,
      failed: 0,
      requestsPerSecond: 116385.77,
      p50Ns: 445e3,
      p99Ns: 1.1e6,
      keptAlive: true,
    },
  ],
  [
    "h2load",
    "h2load-1.52.0.txt",
    { requests: 112517, failed: 0, requestsPerSecond: 112517, keptAlive: true },
  ],
  [
    "ab",
    "ab-2.3.txt",
    {
      requests: 21345,
      failed: 0,
      requestsPerSecond: 21334.52,
      p50Ns: 3e6,
      p99Ns: 4e6,
      keptAlive: false,
    },
  ],
  [
    "autocannon",
    "autocannon-8.0.0.json",
    {
      requests: 34977,
      failed: 0,
      requestsPerSecond: 34977 / 1.04,
      p50Ns: 1e6,
      p99Ns: 7e6,
      keptAlive: true,
    },
  ],
];

function readRecorded(file: string): string {
  return readFileSync(join(import.meta.dir, "recorded", file), "utf8");
}

function peerNamed(name: string) {
  const peer = peers.find((candidate) => candidate.name === name);
  if (peer === undefined) throw new Error(`no peer is named ${name}`);
  return peer;
}

const never = new AbortController().signal;

function taskOf(url: string) {
  return { url, connections: 2, durationMs: 1000 };
}

describe.each(recorded)("%s", (name, file, report) => {
  const output = readRecorded(file);

  test("its recorded output is read", () => {
    expect(peerNamed(name).parse(output)).toEqual(report);
  });

  test("anything else is an error and no figure", () => {
    expect(() => peerNamed(name).parse("Segmentation fault")).toThrow();
  });

  test.skipIf(Bun.which(name) === null)(
    "runs here [skipped where it is not installed]",
    async () => {
      const server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response("ok") });
      const run = await runPeer(peerNamed(name), taskOf(server.url.href), never);
      server.stop(true);
      expect(run.failed).toBe(0);
      expect(run.requests).toBeGreaterThan(0);
      expect(run.cpuNs).toBeGreaterThan(0);
    },
  );
});

test("output without a percentile is an error that names it, and no figure", () => {
  const output = readRecorded("wrk-4.1.0.txt").replace(/^.*99%.*$/m, "");
  expect(() => peerNamed("wrk").parse(output)).toThrow("its output has no /99%");
});

test("wrk tells of failures only where there are some", () => {
  const output = readRecorded("wrk-4.1.0.txt");
  const failing = `${output}  Socket errors: connect 1, read 2, write 3, timeout 4\n  Non-2xx or 3xx responses: 5\n`;
  expect(peerNamed("wrk").parse(failing).failed).toBe(15);
});

/** A shell script in a peer's place. */
function scripted(script: string) {
  return { ...peerNamed("wrk"), name: "scripted", command: () => ["sh", "-c", script] };
}

describe("a peer that", () => {
  const task = { ...taskOf("http://127.0.0.1:1/"), durationMs: 0 };

  test.each([
    ["does not end", "exec sleep 60"],
    ["does not heed signals", "trap '' TERM; while :; do sleep 1; done"],
    ["leaves a child with its output", "sleep 60; true"],
  ])(
    "%s is ended, and said to hang",
    async (_, script) => {
      const run = runPeer(scripted(script), task, never, 100);
      await expect(run).rejects.toThrow("had not ended after 0 s");
    },
    2000,
  );

  test("is killed by somebody else is not said to hang", async () => {
    const run = runPeer(scripted("kill -9 $$"), task, never);
    await expect(run).rejects.toThrow("ended with SIGKILL");
  });

  test("makes no request at all has no figure", async () => {
    const silent = readRecorded("wrk-4.1.0.txt").replaceAll("128105", "0");
    const peer = { ...scripted(`cat <<'END'\n${silent}\nEND`) };
    await expect(runPeer(peer, task, never)).rejects.toThrow("has made no request");
  });

  test("fails says why", async () => {
    const run = runPeer(scripted("echo no such flag >&2; exit 3"), task, never);
    await expect(run).rejects.toThrow("ended with exit code 3: no such flag");
  });

  test("is running when the race is stopped is ended", async () => {
    const stop = new AbortController();
    const run = runPeer(scripted("exec sleep 60"), task, stop.signal);
    stop.abort();
    await expect(run).rejects.toThrow();
  });
});

const settings: RaceSettings = {
  ...raceSettings,
  ...exactWarmUp(0),
  durationMs: 0,
  replicates: 1,
  transport: "bun",
  watchMachine: false,
};

const noGenerators: Executor = {
  start: () => Promise.reject(new Error("no strategy is raced")),
  generatorCores: 1,
  serverCpuNs: () => Promise.resolve(undefined),
  watchMachine: () => () => ({ elapsedNs: 0, clockDriftNs: 0, coordinatorNs: 0 }),
};

const context: RaceContext = { executor: noGenerators, random: Math.random, signal: never };

/** Three rounds of peers alone. */
function raceOf(peers: readonly Peer[]) {
  const heat = { strategies: [], peers, fixture: "hello", url: "", connections: 2 };
  return raceRounds(heat, settings, 3, context, () => {});
}

test("a peer that fails sits out what is left; the others go on", async () => {
  const recordedOutput = join(import.meta.dir, "recorded/wrk-4.1.0.txt");
  const sound = { ...scripted(`cat ${recordedOutput}`), name: "sound" };
  const faulty = { ...scripted("exit 1"), name: "faulty" };
  const heat = {
    strategies: [],
    peers: [faulty, sound],
    fixture: "hello",
    url: "",
    connections: 2,
  };
  const { cells, broken } = await raceRounds(heat, settings, 3, context, () => {});
  expect(cells.map(({ strategy, replicates }) => [strategy, replicates.length])).toEqual([
    ["sound", 3],
  ]);
  expect([...broken]).toEqual([["faulty", "ended with exit code 1: "]]);
});

test("a strategy that hangs sits out what is left, as a peer does", async () => {
  let starts = 0;
  const executor: Executor = {
    ...noGenerators,
    start: () => {
      starts++;
      return Promise.reject(new SilenceError("generator.ts", 55_000));
    },
  };
  const heat = { strategies: ["callback"], peers: [], fixture: "hello", url: "", connections: 2 };
  await raceRounds(heat, settings, 3, { ...context, executor }, () => {});
  expect(starts).toBe(1);
});

test("a server that dies ends the race, and the rounds before it stand", async () => {
  const peer = scripted(`cat ${join(import.meta.dir, "recorded/wrk-4.1.0.txt")}`);
  const strategies = ["callback"];
  const heat = { strategies, peers: [peer], fixture: "hello", url: "", connections: 2 };
  let round = 0;
  const onRound = () => void round++;
  const executor: Executor = {
    ...noGenerators,
    serverCpuNs: () =>
      round > 2 ? Promise.reject(new Error("main.ts ended")) : Promise.resolve(0),
  };
  const { cells, fault } = await raceRounds(
    heat,
    settings,
    4,
    { ...context, executor, random: () => 0.999 },
    onRound,
  );
  expect(fault?.message).toBe("main.ts ended");
  const wrk = cells.find(({ strategy }) => strategy === "scripted");
  expect(wrk?.replicates.length).toBeGreaterThanOrEqual(2);
});

test("ab tells of bad answers only where there are some", () => {
  const failing = readRecorded("ab-2.3.txt").replace(
    "Keep-Alive requests:",
    "Non-2xx responses:      19486\nKeep-Alive requests:",
  );
  expect(peerNamed("ab").parse(failing).failed).toBe(19486);
  // Those of another length than the first answer are in both counts: 10 % of 503, recorded from ab 2.3.
  const ofBoth = failing.replace(/Failed requests: +0/, "Failed requests:        19486");
  expect(peerNamed("ab").parse(ofBoth).failed).toBe(19486);
});

test("failures that a tool does not count among its requests leave a valid cell", async () => {
  const failing = `${readRecorded("wrk-4.1.0.txt").replaceAll("128105", "10")}  Socket errors: connect 0, read 0, write 0, timeout 64\n`;
  const peer = scripted(`cat <<'END'\n${failing}\nEND`);
  const [cell] = (await raceOf([peer])).cells;
  expect(cell?.requests).toEqual({ issued: 30, ok: 0, failed: 192, unfinished: 0 });
  expect(cell?.valid).toBe(false);
});

test("a percentile that a round leaves unknown has no median, and is compared with none", async () => {
  const slow = readRecorded("ab-2.3.txt");
  const fast = slow.replace(/ 50% +3/, " 50%      0");
  expect(peerNamed("ab").parse(fast).p50Ns).toBeUndefined();
  let round = 0;
  const ab: Peer = {
    ...peerNamed("ab"),
    command: () => ["sh", "-c", `cat <<'END'\n${round++ === 0 ? slow : fast}\nEND`],
  };
  const wrk = { ...scripted(`cat ${join(import.meta.dir, "recorded/wrk-4.1.0.txt")}`) };
  const { cells } = await raceOf([wrk, ab]);
  expect(Object.keys(cells[1]?.metrics ?? {})).toEqual([
    "requestsPerSecond",
    "cpuNsPerRequest",
    "serviceP99Ns",
  ]);
  const compared = (measure: string) =>
    compareWithMeasure(cells, measure).map(({ metric }) => metric);
  expect(compared("scripted")).not.toContain("serviceP50Ns");
  expect(compared("ab")).not.toContain("serviceP50Ns");
  expect(compared("scripted")).toContain("serviceP99Ns");
});

test("ratios are medians over rounds that ran side by side", () => {
  const cell = sampleResult.cells[0] as CellResult;
  const of = (strategy: string, rates: readonly number[]): CellResult => ({
    ...cell,
    strategy,
    replicates: rates.map((requestsPerSecond) => ({ requestsPerSecond })),
  });
  const wrk = of("wrk", [100, 200, 100, 400, 100, 100]);
  const ours = of("callback", [110, 180, 120, 440, 105, 130]);
  const [comparison] = compareWithMeasure([ours, wrk], "wrk");
  // 1.1, 0.9, 1.2, 1.1, 1.05, 1.3: sorted 0.9, 1.05, 1.1, 1.1, 1.2, 1.3.
  expect(comparison).toMatchObject({ strategy: "callback", baseline: "wrk", ratio: 1.1 });
  expect(comparison?.interval?.map((bound) => Number(bound.toFixed(9)))).toEqual([0.9, 1.3]);
});
