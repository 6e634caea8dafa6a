import { afterAll, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parsingStrategies } from "../../src/strategies/registry.ts";
import { InterruptedError, UserError } from "../errors.ts";
import { resolveRevision, strategiesIn } from "./checkout.ts";

const folder = mkdtempSync(join(tmpdir(), "readrace-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const revision = "0123456789abcdef";
const never = new AbortController().signal;

test("what clients print is in nobody's way", async () => {
  const own = mkdtempSync(join(folder, "checkout-"));
  mkdirSync(join(own, "src/strategies"), { recursive: true });
  writeFileSync(
    join(own, "src/strategies/registry.ts"),
    'console.log("debug"); export const strategies = [{ name: "one" }];' +
      'process.on("exit", () => console.log("[1]"));',
  );
  expect(await strategiesIn(own, revision, never)).toEqual(["one"]);
});

test("the strategies of a checkout are those of its registry", async () => {
  const names = parsingStrategies.map(({ name }) => name);
  expect(await strategiesIn(join(import.meta.dir, "../.."), revision, never)).toEqual(
    expect.arrayContaining(names),
  );
});

test.each([
  [
    "do not parse",
    "export const strategies = [,,;",
    /error: .* at src\/strategies\/registry.ts:1:\d+$/,
  ],
  ["throw", 'throw new TypeError("no");', /TypeError: no at src\/strategies\/registry.ts:1:\d+$/],
  ["are not there", undefined, /Cannot find module/],
])("clients that %s are named with their place", async (_, source, why) => {
  const own = mkdtempSync(join(folder, "checkout-"));
  mkdirSync(join(own, "src/strategies"), { recursive: true });
  if (source !== undefined) writeFileSync(join(own, "src/strategies/registry.ts"), source);
  const fault = await strategiesIn(own, revision, never).catch((error: Error) => error);
  expect(fault).toBeInstanceOf(UserError);
  expect((fault as Error).message).toStartWith("the clients of 01234567 cannot be loaded: ");
  expect((fault as Error).message).toMatch(why);
});

describe("clients that never end loading", () => {
  const own = mkdtempSync(join(folder, "checkout-"));
  mkdirSync(join(own, "src/strategies"), { recursive: true });
  writeFileSync(join(own, "src/strategies/registry.ts"), "for (;;);");

  test("are named", async () => {
    const loading = strategiesIn(own, revision, never, 300);
    await expect(loading).rejects.toThrow(
      "the clients of 01234567 cannot be loaded: that had not ended after 0.3 s",
    );
  });

  test("are ended with the run", async () => {
    const stop = new AbortController();
    const fault = strategiesIn(own, revision, stop.signal).catch((error: Error) => error);
    await Bun.sleep(50);
    stop.abort();
    expect(await fault).toBeInstanceOf(InterruptedError);
  });
});

test.each([
  ["nonsense", '"nonsense" is no git revision, result file or strategy'],
  ["nonsense.json", "cannot read nonsense.json: there is no such file"],
  [import.meta.path, "result files are told by names that end in .json"],
])("what %s is not", (name, why) => {
  expect(() => resolveRevision(name)).toThrow(why);
});
