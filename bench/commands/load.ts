import { asError } from "../../src/errors.ts";
import { cellResults, compareWithFirst } from "../cell-result.ts";
import { checkOutput } from "../check-output.ts";
import { describeEnvironment } from "../environment.ts";
import type { LoadConfig } from "../flags/load.ts";
import { quickMicroSettings } from "../flags/micro.ts";
import { exitCodes, type Io } from "../io.ts";
import type { RaceContext } from "../load/executor.ts";
import { processExecutor } from "../load/process-executor.ts";
import { race } from "../load/race.ts";
import type { TransportKind } from "../load/transport.ts";
import { costModels, runMicro } from "../micro/run.ts";
import { type Heat, meanRate, planHeats } from "../plan.ts";
import { createProgress, heatName } from "../progress.ts";
import { searchRates } from "../rate-search.ts";
import { references } from "../references/registry.ts";
import { json } from "../reporters/json.ts";
import { text } from "../reporters/text.ts";
import type { CellResult, Comparison, FoundRate, Result } from "../result.ts";
import { seededRandom } from "../stats/random.ts";
import { checkLimits } from "../system/limits.ts";
import { isThisMachine } from "../system/loopback.ts";
import { otherTarget, ownTarget, type Target } from "../target/target.ts";
import { warmServer } from "../target/warm-server.ts";
import { judgeThresholds } from "../threshold.ts";
import { plural } from "../units.ts";
import { brokeOff } from "./broke-off.ts";
import { finishResult } from "./finish-result.ts";
import { keepResult } from "./keep-result.ts";

type CostModels = ReturnType<typeof costModels>;

/** What a race has brought, as far as it came. */
interface Measured {
  readonly cells: CellResult[];
  readonly comparisons: Comparison[];
  readonly foundRates: FoundRate[];
  costModels?: CostModels;
  /** What broke it off. */
  fault?: Error;
}

/** Races as `config` says, writes the result and reports it; resolves with the exit code. */
export async function load(config: LoadConfig, io: Io): Promise<number> {
  checkOutput(config.output);
  checkLimits(
    Math.max(...config.connections),
    config.strategies.length,
    config.target.kind === "own",
  );
  warnOfOthers(config, io);
  const startedAt = new Date().toISOString();
  const target = await openTarget(config, io.signal);
  const { cells, comparisons, foundRates, costModels, fault } = await measure(config, target, io);
  const result = finishResult({
    kind: "load",
    startedAt,
    command: config.output.command,
    seed: config.settings.seed,
    interrupted: io.signal.aborted,
    environment: describeEnvironment(serverName(config), target.onServerCore, transportOf(config)),
    cells,
    comparisons,
    ...(foundRates.length > 0 && { foundRates }),
    ...(costModels && { costModels }),
    ...(config.thresholds.length > 0 && {
      thresholds: judgeThresholds(cells, config.thresholds),
    }),
    ...(fault && { fault: fault.message }),
  });
  return conclude(config, result, io);
}

/** Measures all that `config` asks for, and stops the target. */
async function measure(config: LoadConfig, target: Target, io: Io): Promise<Measured> {
  const { settings, objective } = config;
  const rate = settings.open && meanRate(settings.open);
  const heats = planHeats(config.strategies, config.fixtures, config.connections, rate);
  // A search makes as many trials as it needs.
  const steps = objective === undefined ? heats.length * settings.replicates : undefined;
  const progress = createProgress(io.err, steps);
  const step = (heat: Heat) => progress.step(heatName(heat));
  const measured: Measured = { cells: [], comparisons: [], foundRates: [] };
  const endMs = performance.now() + config.withinMs;
  try {
    const executor = processExecutor(target, settings);
    const context = { executor, random: seededRandom(settings.seed), signal: io.signal };
    if (config.target.kind === "own") {
      await warmServer(config.fixtures, settings.warmUpMs, context);
    }
    for (const [index, heat] of heats.entries()) {
      if (io.signal.aborted) break;
      if (objective !== undefined) {
        const { found, trials } = await searchRates(heat, objective, settings, context, step);
        measured.foundRates.push(...found);
        measured.cells.push(...trials);
        continue;
      }
      const withinMs = (endMs - performance.now()) / (heats.length - index);
      const watch = { onReplicate: step, withinMs };
      const cells = cellResults(heat, await race(heat, settings, context, watch));
      measured.cells.push(...cells);
      measured.comparisons.push(...compareWithFirst(cells));
    }
    if (config.withCostModels) measured.costModels = await modelReaders(config, context);
  } catch (error) {
    // What was measured before is not lost with the process that died.
    measured.fault = asError(error);
  } finally {
    progress.done();
    await target.stop();
  }
  return measured;
}

async function modelReaders(
  { strategies }: LoadConfig,
  { random, signal }: RaceContext,
): Promise<CostModels> {
  return costModels(await runMicro(strategies, quickMicroSettings, random, signal));
}

/** Saves, prints, and says by the exit code how it went. */
function conclude(config: LoadConfig, result: Result, io: Io): number {
  io.out.write((config.output.json ? json : text).render(result));
  const kept = keepResult(config.output, result, io);
  const missed = result.thresholds?.flatMap((own) => own.missed) ?? [];
  // Else the report has them.
  if (config.output.json) for (const sentence of missed) io.err.write(`${sentence}\n`);
  if (result.fault !== undefined) return brokeOff("race", result.fault, result.interrupted, io);
  if (!kept) return exitCodes.invalid;
  if (result.interrupted) return exitCodes.interrupted;
  if (result.foundRates !== undefined) {
    return concludeSearch(result, result.foundRates, io);
  }
  if (result.cells.length === 0 || result.cells.some(({ valid }) => !valid)) {
    io.err.write("readrace: the measurement is invalid: see the audit in the result\n");
    return exitCodes.invalid;
  }
  return missed.length > 0 ? exitCodes.missed : exitCodes.fine;
}

/** Where no trial passed its audit, that no rate was found says nothing of the server. */
function concludeSearch(
  { cells }: Result,
  foundRates: readonly FoundRate[],
  { err }: Pick<Io, "err">,
): number {
  const codes = foundRates.map(({ met, objective, strategy, fixture, connections }) => {
    if (met !== undefined) return exitCodes.fine;
    const where = `${strategy}, ${fixture}, ${plural(connections, "connection")}`;
    const trials = cells.filter(
      (cell) =>
        cell.strategy === strategy && cell.fixture === fixture && cell.connections === connections,
    );
    const refused = trials.at(-1)?.audit.filter(({ ok }) => !ok) ?? [];
    if (trials.every(({ valid }) => !valid) && refused.length > 0) {
      const why = refused.map(({ check, detail }) => `${check}: ${detail}`).join("; ");
      err.write(`readrace: no trial of ${where} passed its audit: ${why}\n`);
      return exitCodes.invalid;
    }
    err.write(`readrace: no rate was found that meets ${objective}: ${where}\n`);
    return exitCodes.missed;
  });
  return Math.max(exitCodes.fine, ...codes);
}

/** Load is an attack where nobody expects it. */
function warnOfOthers({ target }: LoadConfig, { err }: Io): void {
  if (target.kind === "own" || isThisMachine(target.url.hostname)) return;
  err.write(
    `readrace: warning: ${target.url.hostname} is not this machine, and load is about to be sent there; ` +
      "Ctrl-C if it is not yours to load\n",
  );
}

function openTarget(
  { target, fixtures, settings }: LoadConfig,
  signal: AbortSignal,
): Promise<Target> {
  return target.kind === "own"
    ? ownTarget(target.source, fixtures)
    : otherTarget(target.url, fixtures, settings, signal);
}

/** References connect by themselves, and read as Bun does. */
function transportOf({ strategies, settings }: LoadConfig): TransportKind {
  const known = references.map(({ name }) => name);
  return strategies.every((name) => known.includes(name)) ? "bun" : settings.transport;
}

function serverName({ target }: LoadConfig): string {
  return target.kind === "own" ? target.source : target.url.href;
}
