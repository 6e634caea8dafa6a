import { asError } from "../../src/errors.ts";
import { cellResults, compareWithFirst } from "../cell-result.ts";
import { describeEnvironment } from "../environment.ts";
import { exitCodes, type Io } from "../io.ts";
import { checkLimits } from "../limits.ts";
import { processExecutor } from "../load/process-executor.ts";
import { race } from "../load/race.ts";
import type { TransportKind } from "../load/transport.ts";
import type { LoadConfig } from "../load-options.ts";
import { isThisMachine } from "../loopback.ts";
import { costModels, runMicro } from "../micro/run.ts";
import { quickMicroSettings } from "../micro-options.ts";
import { meanRate, planHeats } from "../plan.ts";
import { createProgress } from "../progress.ts";
import { searchRates } from "../rate-search.ts";
import { references } from "../references/registry.ts";
import { json } from "../reporters/json.ts";
import { text } from "../reporters/text.ts";
import type { CellResult, Comparison, FoundRate, Result } from "../result.ts";
import { seededRandom } from "../stats/random.ts";
import { checkOutput } from "../store.ts";
import { otherTarget, ownTarget, type Target } from "../target.ts";
import { judgeThresholds } from "../threshold.ts";
import { plural } from "../units.ts";
import { warmServer } from "../warm-server.ts";
import { finishResult } from "./finish-result.ts";
import { keepResult } from "./keep-result.ts";

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
  const beganMs = performance.now();
  const { open } = config.settings;
  const rate = open && meanRate(open);
  const heats = planHeats(config.strategies, config.fixtures, config.connections, rate);
  const progress = createProgress(io.err, heats.length * config.settings.replicates);
  const target = await openTarget(config, io.signal);
  const cells: CellResult[] = [];
  const comparisons: Comparison[] = [];
  const foundRates: FoundRate[] = [];
  let models: Result["costModels"];
  let fault: Error | undefined;
  try {
    const executor = processExecutor(target, config.settings);
    const random = seededRandom(config.settings.seed);
    if (config.target.kind === "own") {
      await warmServer(config.fixtures, config.settings.warmUpMs, executor, io.signal);
    }
    for (const [index, heat] of heats.entries()) {
      if (io.signal.aborted) break;
      if (config.objective !== undefined) {
        const { settings, objective } = config;
        const { step } = progress;
        const search = await searchRates(
          heat,
          objective,
          settings,
          executor,
          random,
          io.signal,
          step,
        );
        foundRates.push(...search.found);
        cells.push(...search.trials);
        continue;
      }
      const leftMs = config.withinMs - (performance.now() - beganMs);
      const samples = await race(heat, config.settings, executor, random, io.signal, {
        onReplicate: progress.step,
        withinMs: leftMs / (heats.length - index),
      });
      const raced = cellResults(heat, samples);
      cells.push(...raced);
      comparisons.push(...compareWithFirst(raced));
    }
    if (config.withCostModels) {
      const { strategies } = config;
      models = costModels(await runMicro(strategies, quickMicroSettings, random, io.signal));
    }
  } catch (error) {
    // What was measured before is not lost with the process that died.
    fault = asError(error);
  } finally {
    progress.done();
    await target.stop();
  }
  const result = finishResult({
    kind: "load",
    startedAt,
    command: config.command,
    seed: config.settings.seed,
    interrupted: io.signal.aborted,
    environment: describeEnvironment(serverName(config), target.local, transportOf(config)),
    cells,
    comparisons,
    ...(foundRates.length > 0 && { foundRates }),
    ...(models && { costModels: models }),
    ...(config.thresholds.length > 0 && {
      thresholds: judgeThresholds(cells, config.thresholds),
    }),
    ...(fault && { fault: fault.message }),
  });
  return conclude(config, result, io);
}

/** Saves, prints, and says by the exit code how it went. */
function conclude(config: LoadConfig, result: Result, io: Io): number {
  io.out.write((config.output.json ? json : text).render(result));
  const kept = keepResult(config.output, result, io);
  const missed = result.thresholds?.flatMap((own) => own.missed) ?? [];
  for (const sentence of missed) io.err.write(`${sentence}\n`);
  if (result.fault !== undefined) {
    io.err.write(`readrace: the race broke off: ${result.fault}\n`);
    return result.interrupted ? exitCodes.interrupted : exitCodes.invalid;
  }
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
