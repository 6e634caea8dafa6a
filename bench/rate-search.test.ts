import { expect, test } from "bun:test";
import { fakeExecutor } from "./load/fake-executor.testing.ts";
import { raceSettings } from "./load/race-settings.testing.ts";
import { searchRates } from "./rate-search.ts";
import { seededRandom } from "./stats/random.ts";
import { SilenceError } from "./system/child.ts";
import { parseThreshold } from "./threshold.ts";

test("a strategy that hangs ends its search, and that of the next goes on", async () => {
  const fake = fakeExecutor(1);
  const started: string[] = [];
  const executor: typeof fake.executor = {
    ...fake.executor,
    async start(rival, ...cell) {
      started.push(rival.strategy);
      if (rival.strategy === "callback") throw new SilenceError("generator.ts", 55_000);
      return fake.executor.start(rival, ...cell);
    },
  };
  const rivals = [{ strategy: "callback" }, { strategy: "future" }];
  const { found } = await searchRates(
    { fixture: "hello", connections: 2, rivals },
    parseThreshold("serviceP99Ns<5ms", "--find-rate"),
    raceSettings,
    { executor, random: seededRandom(1), signal: new AbortController().signal },
    () => {},
  );
  expect(started.filter((strategy) => strategy === "callback")).toHaveLength(1);
  expect(started).toContain("future");
  expect(found.map(({ strategy, met }) => [strategy, met])).toContainEqual(["callback", undefined]);
});
