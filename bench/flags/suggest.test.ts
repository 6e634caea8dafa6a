import { expect, test } from "bun:test";
import { suggest } from "./suggest.ts";

const commands = ["load", "list", "history", "report", "peers"];

test.each([
  ["hist", "history"],
  ["lod", "load"],
  ["lo", "load"],
  ["l", undefined],
  ["reprot", "report"],
  ["nonsense", undefined],
  ["li", "list"],
  ["xy", undefined],
])("%s: %s", (word, meant) => {
  expect(suggest(word, commands)).toBe(meant as string);
});
