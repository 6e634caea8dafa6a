import { expect, test } from "bun:test";
import { cellResults, compareWithFirst } from "../cell-result.ts";
import { requestsPerSecond } from "../metrics/throughput.ts";
import type { Heat } from "../plan.ts";
import { seededRandom } from "../stats/random.ts";
import { SilenceError } from "../system/child.ts";
import type { Executor, RaceContext } from "./executor.ts";
import { fakeExecutor } from "./fake-executor.testing.ts";
import { race } from "./race.ts";
import { raceSettings as settings } from "./race-settings.testing.ts";
import type { SliceSample } from "./sample.ts";
import { startGroup } from "./workers.ts";

const heat: Heat = {
  fixture: "hello",
  connections: 2,
  rivals: [{ strategy: "callback" }, { strategy: "future" }],
};

function contextOf(executor: Executor, signal = new AbortController().signal): RaceContext {
  return { executor, random: seededRandom(7), signal };
}

function raceFake(factor: number, signal = new AbortController().signal) {
  const fake = fakeExecutor(factor);
  const samples = race(heat, settings, contextOf(fake.executor, signal));
  return { ...fake, samples };
}

test("every replicate is a fresh process of each strategy, and none is left", async () => {
  const { samples, log, running } = raceFake(1);
  expect((await samples).map(({ replicates }) => replicates.length)).toEqual([4, 4]);
  expect(log.filter((line) => line.startsWith("start"))).toHaveLength(8);
  expect(running()).toBe(0);
});

test("where time is short there are fewer replicates, but three", async () => {
  const { executor } = fakeExecutor(1);
  const replicatesWithin = async (withinMs: number) => {
    const samples = await race(heat, settings, contextOf(executor), { withinMs });
    return samples.map(({ replicates }) => replicates.length);
  };
  expect(await replicatesWithin(-1)).toEqual([3, 3]);
  expect(await replicatesWithin(60_000)).toEqual([4, 4]);
});

test("strategies take turns, in an order that is drawn", async () => {
  const { samples, log } = raceFake(1);
  await samples;
  const slices = log.filter((line) => line.startsWith("slice"));
  expect(slices).toHaveLength(4 * 5 * 2);
  for (let i = 0; i < slices.length; i += 2) expect(slices[i]).not.toBe(slices[i + 1]);
  const firsts = slices.filter((_, i) => i % 2 === 0);
  expect(new Set(firsts).size).toBe(2);
});

test("samples become cells with metrics, a passed audit and comparisons", async () => {
  const cells = cellResults(heat, await raceFake(1.25).samples);
  expect(cells.map(({ strategy, valid }) => [strategy, valid])).toEqual([
    ["callback", true],
    ["future", true],
  ]);
  const [callback] = cells;
  expect(callback?.metrics.requestsPerSecond?.value).toBe(20_000);
  expect(callback?.metrics.cpuNsPerRequest?.value).toBe(10_000);
  expect(callback?.metrics.chunksPerResponse?.value).toBe(1);
  expect(callback?.boundBy).toBe("neither");
  expect(callback?.metrics.serviceP50Ns?.interval).toBeDefined();
  // Of the replicate that went furthest there is none.
  for (const key of ["serviceMinNs", "serviceMaxNs", "peakRssBytes"]) {
    expect(callback?.metrics[key]).toBeDefined();
    expect(callback?.metrics[key]).not.toHaveProperty("interval");
  }
  const [byRate, byCpu] = compareWithFirst(cells);
  expect(byRate?.ratio).toBeCloseTo(0.8, 9);
  expect(byRate?.verdict).toBe("regressed");
  expect(byCpu).toMatchObject({ strategy: "future", baseline: "callback", verdict: "regressed" });
  expect(byCpu?.ratio).toBeCloseTo(1.25, 9);
});

test("where a process was lost its replicates are not set beside those of others", async () => {
  const { executor } = fakeExecutor(1);
  let starts = 0;
  const losing: Executor = {
    ...executor,
    start: (rival, ...cell) =>
      rival.strategy === "future" && ++starts === 2
        ? Promise.reject(new Error("killed"))
        : executor.start(rival, ...cell),
  };
  const rivals = [...heat.rivals, { strategy: "chunk-loop" }];
  const samples = await race({ ...heat, rivals }, settings, contextOf(losing));
  const comparisons = compareWithFirst(cellResults({ ...heat, rivals }, samples));
  expect(new Set(comparisons.map(({ strategy }) => strategy))).toEqual(new Set(["chunk-loop"]));
});

test("workers share requests as they share connections, so that all end at the same time", async () => {
  const counts: number[] = [];
  const { executor } = fakeExecutor(1);
  const counting: Executor = {
    ...executor,
    async start(...cell) {
      const generator = await executor.start(...cell);
      return {
        ...generator,
        slice(length) {
          if (length.kind === "requests") counts.push(length.count);
          return generator.slice(length);
        },
      };
    },
  };
  for (const [connections, workers, count] of [
    [3, 2, 300],
    [4, 3, 401],
  ] as const) {
    const group = await startGroup(
      counting,
      { strategy: "callback" },
      "hello",
      connections,
      workers,
    );
    await group.slice({ kind: "requests", count });
  }
  expect(counts).toEqual([200, 100, 201, 100, 100]);
});

test("of several workers, one of which fails, the others stop", async () => {
  const { executor, log } = fakeExecutor(1);
  let starts = 0;
  const failing: Executor = {
    ...executor,
    async start(...cell) {
      const generator = await executor.start(...cell);
      if (++starts > 1) return generator;
      return { ...generator, slice: () => Promise.reject(new Error("killed")) };
    },
  };
  const workers = await startGroup(failing, { strategy: "callback" }, "hello", 2, 2);
  expect(workers.slice({ kind: "time", windowMs: 10 })).rejects.toThrow("killed");
  await Bun.sleep(0);
  expect(log.filter((line) => line.startsWith("stop"))).toHaveLength(2);
});

test("an abort stops the race and keeps what was measured", async () => {
  const controller = new AbortController();
  const fake = fakeExecutor(1);
  const seen: number[] = [];
  const onReplicate = () => {
    seen.push(1);
    if (seen.length === 3) controller.abort();
  };
  const { signal } = controller;
  const samples = await race(heat, settings, contextOf(fake.executor, signal), { onReplicate });
  expect(samples.map(({ replicates }) => replicates.length)).toEqual([2, 2]);
  expect(fake.running()).toBe(0);
});

const stages = ["start", "warmUp", "slice", "finish"] as const;

/** An executor whose `future` generators fail where `fails` says. */
function failingExecutor(fake: ReturnType<typeof fakeExecutor>, fails: (typeof stages)[number]) {
  const executor: Executor = {
    ...fake.executor,
    async start(rival, ...cell) {
      const died = () => Promise.reject(new Error("it ended with SIGKILL"));
      if (fails === "start" && rival.strategy === "future") return died();
      const generator = await fake.executor.start(rival, ...cell);
      return rival.strategy === "future" ? { ...generator, [fails]: died } : generator;
    },
  };
  return executor;
}

test.each(stages)(
  "a generator that dies in %s takes only its own cell with it, and leaves none running",
  async (fails) => {
    const fake = fakeExecutor(1);
    const samples = await race(heat, settings, contextOf(failingExecutor(fake, fails)));
    expect(fake.running()).toBe(0);
    const [callback, future] = cellResults(heat, samples);
    expect([callback?.valid, callback?.replicates.length]).toEqual([true, 4]);
    expect([future?.valid, future?.replicates.length]).toEqual([false, 0]);
    expect(future?.audit).toEqual([
      {
        check: "processes",
        ok: false,
        detail: "4 replicates of this cell broke off: it ended with SIGKILL",
      },
    ]);
    expect(compareWithFirst([callback, future].filter((cell) => cell !== undefined))).toEqual([]);
  },
);

test("a replicate in whose time nothing was due has its time in the rate", async () => {
  const { executor } = fakeExecutor(1);
  let replicate = 0;
  const seldom: Executor = {
    ...executor,
    async start(...args) {
      const generator = await executor.start(...args);
      const issued = replicate++ % 2 === 0 ? 1 : 0;
      const requests = { issued, ok: issued, failed: 0, unfinished: 0 };
      return {
        ...generator,
        slice: async () => ({
          windowNs: 0.5e9,
          completed: issued,
          cpuNs: 1e6,
          requests,
          unsent: 0,
          ended: issued,
          wholeNs: 0.5e9,
        }),
      };
    },
  };
  const [sample] = await race(
    { fixture: "hello", connections: 1, rivals: [{ strategy: "callback" }] },
    { ...settings, open: { arrivals: "constant", stages: [{ durationMs: 500, rate: 1 }] } },
    contextOf(seldom),
  );
  expect(sample?.replicates).toHaveLength(4);
  // Two answers in four times half a second.
  expect(sample && requestsPerSecond.compute(sample)).toBe(1);
});

test.each([
  [undefined, 4, []],
  [true, 1, ["nothing was answered any more"]],
] as const)(
  "slices in which all fails end a race only where a generator gives up: %s",
  async (gaveUp, replicates, lost) => {
    const { executor } = fakeExecutor(1);
    const failing: Executor = {
      ...executor,
      async start(...args) {
        const generator = await executor.start(...args);
        const requests = { issued: 4, ok: 0, failed: 4, unfinished: 0 };
        return {
          ...generator,
          slice: async () => ({
            ...{ windowNs: 1e8, completed: 0, cpuNs: 1e6, requests, ended: 4, wholeNs: 1e8 },
            ...(gaveUp && { gaveUp }),
          }),
        };
      },
    };
    const one = { ...heat, rivals: heat.rivals.slice(0, 1) };
    const [sample] = await race(one, settings, contextOf(failing));
    expect(sample?.replicates.length).toBe(replicates);
    expect(sample?.lost).toEqual([...lost]);
  },
);

test("a replicate of a dead server is no replicate of a good one: its time counts, or it is said to be lost", async () => {
  const raceWith = async (dead: Partial<SliceSample>, rest: Partial<typeof settings> = {}) => {
    const { executor } = fakeExecutor(1);
    let starts = 0;
    const dying: Executor = {
      ...executor,
      async start(...args) {
        const generator = await executor.start(...args);
        const requests = { issued: 0, ok: 0, failed: 0, unfinished: 0 };
        const nothing = { windowNs: 0, completed: 0, cpuNs: 0, requests, ended: 4, wholeNs: 1e8 };
        return starts++ === 0
          ? generator
          : { ...generator, slice: async () => ({ ...nothing, ...dead }) };
      },
    };
    const one = { ...heat, rivals: heat.rivals.slice(0, 1) };
    const [sample] = await race(one, { ...settings, ...rest }, contextOf(dying));
    return {
      lost: sample?.lost,
      valid: sample && cellResults(one, [sample])[0]?.valid,
    };
  };
  expect(await raceWith({ windowNs: 1e8, lostNs: 64e8 })).toEqual({ lost: [], valid: false });
  const lost = "it measured nothing";
  expect(await raceWith({})).toEqual({ lost: [lost, lost, lost], valid: false });
  // One request for four replicates.
  expect((await raceWith({}, { requests: 1 })).lost).toEqual([]);
  const gone = "nothing was answered any more";
  expect(await raceWith({ gaveUp: true })).toEqual({ lost: [gone], valid: false });
});

test("a generator that hangs is raced no more, and the others go on", async () => {
  const fake = fakeExecutor(1);
  let starts = 0;
  const executor: Executor = {
    ...fake.executor,
    async start(rival, ...cell) {
      const generator = await fake.executor.start(rival, ...cell);
      if (rival.strategy !== "future") return generator;
      starts++;
      return {
        ...generator,
        slice: () => Promise.reject(new SilenceError("generator.ts", 55_012)),
      };
    },
  };
  const samples = await race(heat, settings, contextOf(executor));
  expect(samples.map(({ replicates }) => replicates.length)).toEqual([4, 0]);
  expect(samples[1]?.lost).toEqual(["generator.ts said nothing for 55 s, and was ended"]);
  expect(starts).toBe(1);
  expect(fake.running()).toBe(0);
});
