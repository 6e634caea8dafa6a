import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { CellResult } from "../result.ts";
import { sampleResult } from "../sample-result.ts";
import type { PeerReport } from "./peer.ts";
import { peers } from "./registry.ts";
import { compareWithMeasure } from "./rounds.ts";
import { runPeer } from "./run-peer.ts";

// Output recorded from the tools themselves on 2026-11-23: one second, 64 connections.
const recorded: readonly [name: string, file: string, report: PeerReport][] = [
  [
    "wrk",
    "wrk-4.1.0.txt",
    { requests: 128105, failed: 0, requestsPerSecond: 116385.77, p50Ns: 445e3, p99Ns: 1.1e6 },
  ],
  ["h2load", "h2load-1.52.0.txt", { requests: 112517, failed: 0, requestsPerSecond: 112517 }],
  [
    "ab",
    "ab-2.3.txt",
    { requests: 21345, failed: 0, requestsPerSecond: 21334.52, p50Ns: 3e6, p99Ns: 4e6 },
  ],
  [
    "autocannon",
    "autocannon-8.0.0.json",
    { requests: 34977, failed: 0, requestsPerSecond: 34977 / 1.04, p50Ns: 1e6, p99Ns: 7e6 },
  ],
];

function peerNamed(name: string) {
  const peer = peers.find((candidate) => candidate.name === name);
  if (peer === undefined) throw new Error(`no peer is named ${name}`);
  return peer;
}

describe.each(recorded)("%s", (name, file, report) => {
  const output = readFileSync(join(import.meta.dir, "recorded", file), "utf8");

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
      const run = await runPeer(peerNamed(name), server.url.href, 2, 1000);
      server.stop(true);
      expect(run.failed).toBe(0);
      expect(run.requests).toBeGreaterThan(0);
      expect(run.cpuNs).toBeGreaterThan(0);
    },
  );
});

test("wrk tells of failures only where there are some", () => {
  const output = readFileSync(join(import.meta.dir, "recorded/wrk-4.1.0.txt"), "utf8");
  const failing = `${output}  Socket errors: connect 1, read 2, write 3, timeout 4\n  Non-2xx or 3xx responses: 5\n`;
  expect(peerNamed("wrk").parse(failing).failed).toBe(15);
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
