import { expect, test } from "bun:test";
import { commandLine } from "./output.ts";

test("the command line of a result can be run again", () => {
  const words = ["load", "-o", "sp ace ü/r.json", "--threshold", "serviceP99Ns<5ms", "it's", ""];
  const line = commandLine(words);
  expect(line).toStartWith("bun run bench load -o '");
  // A shell's own word for what it read.
  const shell = Bun.spawnSync(["sh", "-c", `set -- ${line}; shift 3; for w; do echo "$w"; done`]);
  expect(shell.stdout.toString().split("\n").slice(0, -1)).toEqual(words);
});
