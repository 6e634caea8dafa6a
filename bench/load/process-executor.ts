import { join } from "node:path";
import type { Timeouts } from "../../src/protocol.ts";
import type { ConnectionSettings } from "../plan.ts";
import { type Child, spawnChild, usualPatienceMs } from "../system/child.ts";
import { generatorCores, runBeforeOthers } from "../system/scheduling.ts";
import type { Target } from "../target/target.ts";
import { keepCoresAwake } from "./awake.ts";
import { keepCompilersYielding } from "./compilers.ts";
import type { Executor, Generator } from "./executor.ts";
import { histogramOf } from "./histogram.ts";
import { watchMachine } from "./machine.ts";
import {
  type GeneratorCommand,
  type GeneratorOptions,
  type GeneratorReport,
  plannedMsOf,
  type RecordingReport,
} from "./messages.ts";
import type { Recording } from "./sample.ts";

const generatorScript = join(import.meta.dir, "generator.ts");

type GeneratorChild = Child<GeneratorCommand, GeneratorReport>;

/** Generators as processes of their own, each against `target`; `script` is what each runs. */
export function processExecutor(
  target: Target,
  { reading, timeouts, pipeline, transport }: ConnectionSettings,
  script = generatorScript,
): Executor {
  keepCoresAwake();
  return {
    generatorCores: generatorCores(target.onServerCore),
    serverCpuNs: target.serverCpuNs,
    watchMachine,
    async start({ strategy, checkout }, fixture, connections) {
      const { endpoint, requestTarget, expected } = target.fixture(fixture);
      const options: GeneratorOptions = {
        strategy,
        ...(checkout !== undefined && { checkout }),
        endpoint,
        requestTarget,
        connections,
        pipeline,
        reading,
        transport,
        timeouts,
        expected,
      };
      const child: GeneratorChild = spawnChild(
        script,
        options,
        target.onServerCore ? "generator" : undefined,
      );
      try {
        expectKind(await child.next(), "ready");
      } catch (error) {
        await child.stop();
        throw error;
      }
      return generator(child, target, silenceMs(timeouts));
    },
  };
}

/**
 * What a slice may take beside its window: to settle, until the window opens, as much longer as it is a whole
 * multiple, until all that count are answered, and until all are, each as long as a request that just comes in time; who takes longer hangs.
 */
function silenceMs({ connectMs, wholeMs }: Timeouts): number {
  return 5 * (connectMs + wholeMs + 1000) + usualPatienceMs;
}

/** It is taken to hang where it is silent for `silenceMs` longer than what it does was planned to take. */
function generator(child: GeneratorChild, target: Target, silenceMs: number): Generator {
  let stopped = false;
  const stop = () => {
    stopped = true;
    child.tell({ kind: "stop" });
    child.hurry();
  };
  return {
    async warmUp(phases) {
      // Also where nothing is to be warmed up, which is answered at once.
      const withinMs = phases.reduce(
        (sum, { slice, most }) => sum + most * plannedMsOf(slice) + silenceMs,
        usualPatienceMs,
      );
      const report = await child.ask({ kind: "warm-up", phases }, withinMs);
      return expectKind(report, "warmed-up").pace;
    },
    async slice(length) {
      // A loop that spins so as to be on time has no time for compilers: on the same core they took turns
      // of 3 ms with it, and requests were late by as much. Before anything is waited for: workers that are
      // told one after the other begin together only if nothing takes time between them.
      const spins = length.kind === "open" && target.onServerCore;
      const leaveCompilers = spins ? keepCompilersYielding(child.pid) : () => {};
      try {
        const before = await target.serverCpuNs();
        const report = child.ask({ kind: "slice", length }, plannedMsOf(length) + silenceMs);
        // While the server was asked there was nothing to stop yet.
        if (stopped) stop();
        const { kind: _, ...sample } = expectKind(await report, "slice");
        const after = await target.serverCpuNs();
        if (before === undefined || after === undefined) return sample;
        return { ...sample, serverCpuNs: after - before };
      } finally {
        leaveCompilers();
      }
    },
    runBeforeOthers: () => runBeforeOthers(child.pid),
    stop,
    hurry: child.hurry,
    async finish() {
      return decodeRecording(expectKind(await child.ask({ kind: "finish" }), "recording"));
    },
    abandon: child.stop,
  };
}

function expectKind<Kind extends GeneratorReport["kind"]>(
  report: GeneratorReport,
  kind: Kind,
): Extract<GeneratorReport, { kind: Kind }> {
  if (report.kind === kind) return report as Extract<GeneratorReport, { kind: Kind }>;
  const why = report.kind === "failed" ? report.message : `it said ${report.kind}`;
  throw new Error(`a generator failed: ${why}`);
}

function decodeRecording({ kind: _, ...report }: RecordingReport): Recording {
  return {
    ...report,
    serviceTime: histogramOf(report.serviceTime),
    responseTime: histogramOf(report.responseTime),
    lateness: histogramOf(report.lateness),
    firstByte: histogramOf(report.firstByte),
    connect: histogramOf(report.connect),
    loopDelay: histogramOf(report.loopDelay),
  };
}
