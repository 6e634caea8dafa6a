import type { Executor } from "./executor.ts";
import { createHistogram } from "./histogram.ts";

/** Generators without processes or clocks: `future` takes `factor` times the time and CPU. */
export function fakeExecutor(factor: number) {
  const log: string[] = [];
  let running = 0;
  const executor: Executor = {
    generatorCores: 1,
    serverCpuNs: () => Promise.resolve(undefined),
    watchMachine: () => () => ({ elapsedNs: 1e9, clockDriftNs: 0, coordinatorNs: 0 }),
    async start({ strategy }) {
      running++;
      log.push(`start ${strategy}`);
      const serviceNs = 100_000 * (strategy === "future" ? factor : 1);
      const serviceTime = createHistogram();
      let bodyBytes = 0;
      return {
        async warmUp() {
          log.push(`warm-up ${strategy}`);
          return { meanNs: serviceNs, longNs: serviceNs };
        },
        async slice(length) {
          log.push(`slice ${strategy}`);
          const windowNs = length.kind === "time" ? length.windowMs * 1e6 : 1e6;
          const ok = Math.floor((windowNs / serviceNs) * 2);
          for (let i = 0; i < ok; i++) serviceTime.recordValue(serviceNs);
          bodyBytes += ok * 13;
          return {
            windowNs,
            completed: ok,
            cpuNs: ok * 10_000 * (strategy === "future" ? factor : 1),
            requests: { issued: ok, ok, failed: 0, unfinished: 0 },
            ended: ok,
            wholeNs: windowNs,
            serverCpuNs: ok * 5000,
          };
        },
        stop() {
          log.push(`stop ${strategy}`);
        },
        async finish() {
          return {
            serviceTime,
            responseTime: createHistogram(),
            lateness: createHistogram(),
            firstByte: serviceTime,
            connect: createHistogram(),
            bodyBytes,
            chunks: bodyBytes / 13,
            errors: {},
            status: { "200": bodyBytes / 13 },
            verifiedBodies: 1,
            reopened: 0,
            uncountedErrors: {},
            stoodStillNs: 0,
            loopDelay: createHistogram(),
            memory: { startBytes: 1e6, warmBytes: 1e6, endBytes: 1e6, peakBytes: 1e6 },
            processCpuNs: 1e6,
          };
        },
        runBeforeOthers: () => false,
        hurry() {},
        async abandon() {
          running--;
        },
      };
    },
  };
  return { executor, log, running: () => running };
}
