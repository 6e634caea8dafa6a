import { afterAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parsingStrategies } from "../../src/strategies/registry.ts";
import { UserError } from "../errors.ts";
import { resolveRevision, strategiesIn } from "./checkout.ts";

const folder = mkdtempSync(join(tmpdir(), "readrace-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const revision = "0123456789abcdef";

test("what clients print is in nobody's way", () => {
  const own = mkdtempSync(join(folder, "checkout-"));
  mkdirSync(join(own, "src/strategies"), { recursive: true });
  writeFileSync(
    join(own, "src/strategies/registry.ts"),
    'console.log("debug"); export const strategies = [{ name: "one" }];',
  );
  expect(strategiesIn(own, revision)).toEqual(["one"]);
});

test("the strategies of a checkout are those of its registry", () => {
  const names = parsingStrategies.map(({ name }) => name);
  expect(strategiesIn(join(import.meta.dir, "../.."), revision)).toEqual(
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
])("clients that %s are named with their place", (_, source, why) => {
  const own = mkdtempSync(join(folder, "checkout-"));
  mkdirSync(join(own, "src/strategies"), { recursive: true });
  if (source !== undefined) writeFileSync(join(own, "src/strategies/registry.ts"), source);
  const load = () => strategiesIn(own, revision);
  expect(load).toThrow(UserError);
  expect(load).toThrow("the clients of 01234567 cannot be loaded: ");
  expect(load).toThrow(why);
});

test.each([
  ["nonsense", '"nonsense" is no git revision, result file or strategy'],
  ["nonsense.json", "cannot read nonsense.json: there is no such file"],
  [import.meta.path, "result files are told by names that end in .json"],
])("what %s is not", (name, why) => {
  expect(() => resolveRevision(name)).toThrow(why);
});
