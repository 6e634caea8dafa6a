import { asError } from "../../src/errors.ts";
import { cellResults, hasLostProcess } from "../cell-result.ts";
import type { RaceContext } from "../load/executor.ts";
import { createHistogram, encodeHistogram } from "../load/histogram.ts";
import { race } from "../load/race.ts";
import type { CellSample } from "../load/sample.ts";
import { comparedMetricKeys, metrics } from "../metrics/registry.ts";
import type { Heat, RaceSettings } from "../plan.ts";
import type { CellResult, Comparison } from "../result.ts";
import { medianEstimate } from "../stats/median.ts";
import { shuffled } from "../stats/random.ts";
import { verdictOf } from "../stats/verdict.ts";
import type { Peer } from "./peer.ts";
import { type PeerRun, runPeer } from "./run-peer.ts";

export interface PeerHeat {
  readonly strategies: readonly string[];
  readonly peers: readonly Peer[];
  readonly fixture: string;
  readonly url: string;
  readonly connections: number;
}

export interface PeerHeatResult {
  /** One for each that ran; its replicates are the rounds. */
  readonly cells: readonly CellResult[];
  /** Peers that failed or did not end, and how: they sat out the rounds after that. */
  readonly broken: ReadonlyMap<string, string>;
  /** What broke the race off; the cells hold the rounds until then. */
  readonly fault?: Error;
}

/**
 * Rounds in which every strategy, in a fresh process, and every peer runs once by itself, in an order
 * that is drawn anew.
 */
export async function raceRounds(
  { strategies, peers, fixture, url, connections }: PeerHeat,
  settings: RaceSettings,
  rounds: number,
  context: RaceContext,
  onRound: () => void,
): Promise<PeerHeatResult> {
  const { random, signal } = context;
  const ours = new Map<string, CellSample>();
  const theirs = new Map<string, PeerRun[]>(peers.map(({ name }) => [name, []]));
  const broken = new Map<string, string>();
  let fault: Error | undefined;
  const heatOf = (strategy: string): Heat => ({ fixture, connections, rivals: [{ strategy }] });
  const task = { url, connections, durationMs: settings.durationMs };
  const runTheirs = async (peer: Peer) => {
    try {
      theirs.get(peer.name)?.push(await runPeer(peer, task, signal));
    } catch (error) {
      if (!signal.aborted) broken.set(peer.name, asError(error).message);
    }
  };
  const runOurs = async (strategy: string) => {
    const [sample] = await race(heatOf(strategy), settings, context);
    if (sample !== undefined) ours.set(strategy, joined(ours.get(strategy), sample));
  };
  try {
    for (let round = 0; round < rounds && !signal.aborted; round++) {
      onRound();
      for (const contender of shuffled([...strategies, ...peers], random)) {
        if (signal.aborted) break;
        if (typeof contender !== "string") {
          if (!broken.has(contender.name)) await runTheirs(contender);
        } else if (!ours.get(contender)?.hung) {
          await runOurs(contender);
        }
      }
    }
  } catch (error) {
    fault = asError(error);
  }
  const cells = [
    ...strategies.flatMap((strategy) => {
      const sample = ours.get(strategy);
      return sample === undefined ? [] : cellResults(heatOf(strategy), [sample]);
    }),
    ...peers.flatMap(({ name }) => peerCell(name, fixture, connections, theirs.get(name) ?? [])),
  ];
  return { cells, broken, ...(fault && { fault }) };
}

function joined(before: CellSample | undefined, after: CellSample): CellSample {
  if (before === undefined) return after;
  return {
    ...after,
    replicates: [...before.replicates, ...after.replicates],
    lost: [...before.lost, ...after.lost],
    hung: before.hung || after.hung,
  };
}

/** A peer's runs as a cell: it has the figures that it told, medians over rounds, and no histogram. */
function peerCell(
  strategy: string,
  fixture: string,
  connections: number,
  runs: readonly PeerRun[],
): CellResult[] {
  if (runs.length === 0) return [];
  const replicates = runs.map(figuresOf);
  const requests = runs.reduce((sum, run) => sum + run.requests, 0);
  const failed = runs.reduce((sum, run) => sum + run.failed, 0);
  const ok = failed === 0;
  return [
    {
      strategy,
      fixture,
      connections,
      mode: "closed",
      workers: 1,
      keptAlive: runs.every(({ keptAlive }) => keptAlive),
      // A tool may count failures that are no requests to it.
      requests: { issued: requests, ok: Math.max(0, requests - failed), failed, unfinished: 0 },
      errors: {},
      status: {},
      metrics: Object.fromEntries(
        metrics.flatMap(({ key, unit, better }) => {
          const values = replicates.flatMap((own) => own[key] ?? []);
          // A median of only those rounds in which it was told would be of the slow ones.
          if (values.length < replicates.length) return [];
          const { value, interval } = medianEstimate(values);
          return [[key, { value, unit, better, ...(interval && { interval: [...interval] }) }]];
        }),
      ),
      replicates,
      histograms: { serviceTimeNs: encodeHistogram(createHistogram()) },
      boundBy: "neither",
      audit: [{ check: "peer", ok, detail: `${failed} of ${requests} requests failed, it says` }],
      valid: ok,
    },
  ];
}

function figuresOf(run: PeerRun): Record<string, number> {
  return {
    requestsPerSecond: run.requestsPerSecond,
    cpuNsPerRequest: run.cpuNs / run.requests,
    ...(run.p50Ns !== undefined && { serviceP50Ns: run.p50Ns }),
    ...(run.p99Ns !== undefined && { serviceP99Ns: run.p99Ns }),
  };
}

/** Each cell over the one that is the measure: the median of the ratios of their rounds. */
export function compareWithMeasure(
  cells: readonly CellResult[],
  measure: string | undefined,
): Comparison[] {
  const baseline = cells.find(({ strategy }) => strategy === measure) ?? cells[0];
  // Where a process was lost, rounds of the same number did not run side by side.
  if (baseline === undefined || hasLostProcess(baseline)) return [];
  return cells
    .filter((cell) => cell !== baseline && !hasLostProcess(cell))
    .flatMap((cell) => comparedMetricKeys.flatMap((key) => compareOne(baseline, cell, key)));
}

function compareOne(baseline: CellResult, cell: CellResult, key: string): Comparison[] {
  const metric = cell.metrics[key];
  const ratios = cell.replicates.flatMap((own, round) => {
    const ratio = (own[key] ?? Number.NaN) / (baseline.replicates[round]?.[key] ?? Number.NaN);
    return Number.isFinite(ratio) && ratio > 0 ? [ratio] : [];
  });
  if (metric === undefined || baseline.metrics[key] === undefined || ratios.length === 0) return [];
  const { value, interval } = medianEstimate(ratios);
  const { strategy, fixture, connections } = cell;
  return [
    {
      strategy,
      baseline: baseline.strategy,
      fixture,
      connections,
      metric: key,
      ratio: value,
      ...(interval && { interval: [...interval] }),
      verdict: verdictOf({ value, ...(interval && { interval }) }, metric.better),
    },
  ];
}
