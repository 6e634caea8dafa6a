import type { Executor, Generator } from "../load/executor.ts";
import { type Histogram, percentileOf } from "../load/histogram.ts";
import { processExecutor } from "../load/process-executor.ts";
import { race } from "../load/race.ts";
import type { CellSample } from "../load/sample.ts";
import { usualTransport } from "../load/transport.ts";
import { pooled } from "../metrics/metric.ts";
import { exactWarmUp, type Heat, type RaceSettings, sameTimeouts, usualRace } from "../plan.ts";
import { seededRandom } from "../stats/random.ts";
import { expectedAnswer, fixedTarget } from "../target/target.ts";
import { toleranceMs, type VerifiedPercent, type VerifyCase, verifiedPercents } from "./cases.ts";
import { startDelayServer } from "./delay-child.ts";

/** Once with a server that answers at once, and once as it will then behave. */
const warmUpMs = 1000;

/** What every delay server answers. */
const answer = expectedAnswer(new TextEncoder().encode("ok"));

/** One percentile, expected and measured. */
export interface Agreement {
  readonly percent: VerifiedPercent;
  readonly expectedMs: number;
  readonly measuredMs: number;
  readonly ok: boolean;
}

export interface Verification extends CaseRun {
  /** The runs before this one, none of which agreed. */
  readonly disagreed: readonly CaseRun[];
}

/** One run of a case. */
interface CaseRun {
  /** Whether client and server ran before everything else on their cores. */
  readonly beforeOthers: boolean;
  readonly heat: Heat;
  readonly sample: CellSample;
  readonly agreements: readonly Agreement[];
  /** What service time says where response time is verified: blind to waiting. */
  readonly serviceMs: Readonly<Record<VerifiedPercent, number>>;
}

/**
 * A case that disagrees is run again, a closed loop then before everything else on its cores where the system
 * grants that: what holds up a client on a busy machine comes and goes, a driver that is wrong is wrong each
 * time. Not an open loop, which spins: who waits too long for its core is let in for 50 ms at once.
 */
const mostRuns = 3;

/**
 * Runs a case until it agrees, three times at most; undefined when it was interrupted. Throws where a
 * process of it was lost, or nothing was answered any more.
 */
export async function verifyCase(
  theCase: VerifyCase,
  signal: AbortSignal,
): Promise<Verification | undefined> {
  const disagreed: CaseRun[] = [];
  for (;;) {
    const wantsFirst = disagreed.length > 0 && theCase.stages === undefined;
    const run = await runCase(theCase, signal, wantsFirst);
    if (run === undefined) return undefined;
    const agrees = run.agreements.every(({ ok }) => ok);
    if (agrees || disagreed.length + 1 === mostRuns) return { ...run, disagreed };
    disagreed.push(run);
  }
}

async function runCase(
  theCase: VerifyCase,
  signal: AbortSignal,
  wantsFirst: boolean,
): Promise<CaseRun | undefined> {
  const server = await startDelayServer(theCase.behaviour);
  try {
    const settings = settingsOf(theCase);
    let answerMs = 0;
    let beforeOthers = false;
    const executor = beginAfterWarmUp(
      processExecutor(fixedTarget(server.port, answer, true), settings),
      async (serviceNsAtFullSpeed) => {
        answerMs = serviceNsAtFullSpeed / theCase.connections / 1e6;
        await server.begin();
      },
      async (generator) => {
        // Not sooner: while they are warmed up their compilers must have their turn.
        if (wantsFirst) beforeOthers = server.runBeforeOthers() && generator.runBeforeOthers();
        await server.begin();
      },
    );
    const heat: Heat = {
      fixture: theCase.name,
      connections: theCase.connections,
      rivals: [{ strategy: "callback" }],
      ...(theCase.stages && { rate: theCase.stages[0]?.rate ?? 0 }),
    };
    const [sample] = await race(heat, settings, { executor, random: seededRandom(1), signal });
    const delays = await server.delays();
    if (signal.aborted || sample === undefined) return undefined;
    const [lost] = sample.lost;
    if (lost !== undefined) throw new Error(lost);
    return { ...compare(theCase, heat, sample, delays, answerMs), beforeOthers };
  } finally {
    await server.stop();
  }
}

/**
 * At full speed first, then at the server's own pace: only what both sides have done often is compiled,
 * and what is compiled while they are measured comes late.
 */
function beginAfterWarmUp(
  executor: Executor,
  beginWarmUp: (serviceNsAtFullSpeed: number) => Promise<void>,
  begin: (generator: Generator) => Promise<void>,
): Executor {
  return {
    ...executor,
    async start(...cell) {
      const generator = await executor.start(...cell);
      return {
        ...generator,
        async warmUp(phases) {
          const fullSpeed = await generator.warmUp(
            phases.filter(({ slice }) => slice.kind === "time"),
          );
          await beginWarmUp(fullSpeed.meanNs);
          const pace = await generator.warmUp(phases);
          await begin(generator);
          return pace;
        },
      };
    },
  };
}

function settingsOf({ durationMs, stages }: VerifyCase): RaceSettings {
  return {
    ...usualRace,
    ...exactWarmUp(warmUpMs),
    durationMs,
    watchMachine: false,
    sliceMs: durationMs,
    replicates: 1,
    open: stages && { arrivals: "constant", stages },
    transport: usualTransport(stages !== undefined),
    timeouts: sameTimeouts(30_000),
    seed: 1,
  };
}

function compare(
  { expectation }: VerifyCase,
  heat: Heat,
  sample: CellSample,
  own: Histogram,
  answerMs: number,
): Omit<CaseRun, "beforeOthers"> {
  const service = pooled(sample, ({ serviceTime }) => serviceTime);
  const response = pooled(sample, ({ responseTime }) => responseTime);
  const measured = expectation.kind === "arithmetic" ? response : service;
  if (measured === undefined || service === undefined) throw new Error("nothing was measured");
  const expected =
    expectation.kind === "arithmetic" ? expectation.responseMs(answerMs) : percentilesMs(own);
  const agreements = verifiedPercents.map((percent) => {
    const expectedMs = expected[percent];
    const measuredMs = percentileOf(measured, percent) / 1e6;
    const ok = Math.abs(measuredMs - expectedMs) <= toleranceMs(expectedMs);
    return { percent, expectedMs, measuredMs, ok };
  });
  return { heat, sample, agreements, serviceMs: percentilesMs(service) };
}

function percentilesMs(histogram: Histogram): Readonly<Record<VerifiedPercent, number>> {
  const ms = (percent: VerifiedPercent) => percentileOf(histogram, percent) / 1e6;
  return { 50: ms(50), 90: ms(90), 99: ms(99) };
}
