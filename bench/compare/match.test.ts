import { expect, test } from "bun:test";
import { fakeExecutor } from "../load/fake-executor.testing.ts";
import { raceSettings } from "../load/race-settings.testing.ts";
import { seededRandom } from "../stats/random.ts";
import { type MatchSettings, raceMatch } from "./match.ts";

const match = {
  base: { strategy: "callback" },
  head: { strategy: "future" },
  fixture: "hello",
  connections: 2,
};

const settings: MatchSettings = {
  budgetMs: 60_000,
  minEffect: 0.02,
  totalWeight: 1,
  race: { ...raceSettings, durationMs: 100, replicates: 1 },
};

test("a process that is lost ends a match, and what came before it stands", async () => {
  const { executor, running } = fakeExecutor(1);
  let heads = 0;
  const dies = () => Promise.reject(new Error("it ended with SIGKILL"));
  const failing: typeof executor = {
    ...executor,
    async start(rival, ...cell) {
      const generator = await executor.start(rival, ...cell);
      const isThird = rival.strategy === "future" && ++heads === 3;
      return isThird ? { ...generator, slice: dies } : generator;
    },
  };
  const signal = new AbortController().signal;
  const context = { executor: failing, random: seededRandom(1), signal };
  const sample = await raceMatch(match, settings, context);
  const { base, head, noise, fault } = sample;
  expect([base, head, noise].map(({ replicates }) => replicates.length)).toEqual([2, 2, 2]);
  expect(fault).toBe("it ended with SIGKILL");
  expect(running()).toBe(0);
});
