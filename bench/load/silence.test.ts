import { expect, test } from "bun:test";
import type { SliceSample } from "./sample.ts";
import { Silence } from "./silence.ts";

function slice(ok: number, failed: number, rest: Partial<SliceSample> = {}): SliceSample {
  const requests = { issued: ok + failed, ok, failed, unfinished: 0 };
  const figures = { windowNs: 1e9, completed: ok, cpuNs: 1, ended: ok + failed, wholeNs: 2e9 };
  return { requests, ...figures, ...rest };
}

const good = slice(10, 0);
const failing = slice(0, 4);
/** Before its window opened. */
const uncounted = slice(0, 0, { ended: 4 });
const idle = slice(0, 0);

test.each([
  ["two seconds and two", [good, failing, failing], false],
  ["six seconds", [good, failing, uncounted, failing], true],
  ["an answer among them", [failing, failing, good, failing, failing], false],
  ["nothing was asked", [idle, idle, idle, idle], false],
  ["a generator gave up", [{ ...good, gaveUp: true }], true],
] as const)("a server is gone after five seconds without an answer: %s", (_, samples, isFinal) => {
  const silence = new Silence();
  for (const sample of samples) silence.hear(sample);
  expect(silence.isFinal).toBe(isFinal);
});
