import { asError } from "../../src/errors.ts";
import { checkOutput } from "../check-output.ts";
import { describeEnvironment } from "../environment.ts";
import type { PeersConfig } from "../flags/peers.ts";
import { exitCodes, type Io } from "../io.ts";
import type { RaceContext } from "../load/executor.ts";
import { processExecutor } from "../load/process-executor.ts";
import { peers } from "../peers/registry.ts";
import { compareWithMeasure, raceRounds } from "../peers/rounds.ts";
import { versionOf } from "../peers/run-peer.ts";
import { mostWarmUpMs, type RaceSettings, usualRace } from "../plan.ts";
import { createProgress, heatName } from "../progress.ts";
import { originOf } from "../references/reference.ts";
import { json } from "../reporters/json.ts";
import { text } from "../reporters/text.ts";
import type { CellResult, Comparison, Result } from "../result.ts";
import { seededRandom } from "../stats/random.ts";
import { checkLimits } from "../system/limits.ts";
import { ownTarget } from "../target/target.ts";
import { warmServer } from "../target/warm-server.ts";
import { brokeOff } from "./broke-off.ts";
import { finishResult } from "./finish-result.ts";
import { keepResult } from "./keep-result.ts";

const warmUpMs = 1000;

/** Our strategies beside the tools that people trust, on the same server, in interleaved rounds. */
export async function peersCommand(config: PeersConfig, io: Io): Promise<number> {
  checkOutput(config.output);
  checkLimits(config.connections, 1, true);
  const startedAt = new Date().toISOString();
  const installed = peers.filter(({ name }) => Bun.which(name) !== null);
  const missing = peers.filter((peer) => !installed.includes(peer)).map(({ name }) => name);
  const { strategies, fixtures, connections, rounds } = config;
  const progress = createProgress(io.err, fixtures.length * rounds);
  const target = await ownTarget(config.source, fixtures);
  const cells: CellResult[] = [];
  const comparisons: Comparison[] = [];
  const broken: { peer: string; fixture: string; reason: string }[] = [];
  let fault: Error | undefined;
  try {
    const settings = settingsOf(config);
    const context: RaceContext = {
      executor: processExecutor(target, settings),
      random: seededRandom(config.seed),
      signal: io.signal,
    };
    await warmServer(fixtures, warmUpMs, context);
    for (const fixture of fixtures) {
      const { endpoint, requestTarget } = target.fixture(fixture);
      const url = originOf(endpoint) + requestTarget;
      const heat = { strategies, peers: installed, fixture, url, connections };
      const step = () => progress.step(heatName({ fixture, connections, rivals: [] }));
      const raced = await raceRounds(heat, settings, rounds, context, step);
      cells.push(...raced.cells);
      comparisons.push(...compareWithMeasure(raced.cells, installed[0]?.name));
      for (const [peer, reason] of raced.broken) broken.push({ peer, fixture, reason });
      if (raced.fault !== undefined) throw raced.fault;
    }
  } catch (error) {
    fault = asError(error);
  } finally {
    progress.done();
    await target.stop();
  }
  const result = finishResult({
    kind: "peers",
    startedAt,
    command: config.output.command,
    seed: config.seed,
    interrupted: io.signal.aborted,
    environment: describeEnvironment(config.source, true, config.transport),
    cells,
    comparisons,
    peers: {
      versions: Object.fromEntries(installed.map((p) => [p.name, versionOf(p)])),
      missing,
      ...(broken.length > 0 && { broken }),
    },
    ...(fault && { fault: fault.message }),
  });
  return conclude(config, result, io);
}

function settingsOf({ durationMs, seed, transport }: PeersConfig): RaceSettings {
  return {
    ...usualRace,
    durationMs,
    warmUpMs,
    mostWarmUpMs,
    sliceMs: durationMs,
    replicates: 1,
    transport,
    seed,
  };
}

function conclude({ output }: PeersConfig, result: Result, io: Io): number {
  io.out.write((output.json ? json : text).render(result));
  const kept = keepResult(output, result, io);
  if (result.fault !== undefined) return brokeOff("race", result.fault, result.interrupted, io);
  if (!kept) return exitCodes.invalid;
  if (result.interrupted) return exitCodes.interrupted;
  const sound = result.cells.length > 0 && result.cells.every(({ valid }) => valid);
  return sound ? exitCodes.fine : exitCodes.invalid;
}
