import { expect, test } from "bun:test";
import { createProgress, heatName } from "./progress.ts";

const heat = { fixture: "hello", connections: 1, rivals: [{ strategy: "callback" }] };

/** What two steps, ten seconds apart, write. */
function written(isTty: boolean, stepsAreLong: boolean): string {
  const parts: string[] = [];
  let nowMs = 0;
  const err = { isTty, write: (part: string) => void parts.push(part) };
  const progress = createProgress(err, 3, { nowMs: () => nowMs, stepsAreLong });
  progress.step(heatName(heat));
  nowMs = 10_000;
  progress.step(
    heatName({ ...heat, connections: 64, rivals: [...heat.rivals, { strategy: "future" }] }),
  );
  progress.done();
  return parts.join("");
}

test("on a terminal one line is written over, and erased in the end", () => {
  const erase = "\r\x1b[2K";
  expect(written(true, false)).toBe(
    `${erase}[1/3] callback, hello, 1 connection${erase}[2/3] hello, 64 connections, 20 s left${erase}`,
  );
});

test("elsewhere long steps have a line each, and others none", () => {
  expect(written(false, true)).toBe(
    "[1/3] callback, hello, 1 connection\n[2/3] hello, 64 connections, 20 s left\n",
  );
  expect(written(false, false)).toBe("");
});

test("where nobody knows how many steps there are, none are said to be left", () => {
  const progress: string[] = [];
  const err = { isTty: true, write: (part: string) => void progress.push(part) };
  const { step } = createProgress(err, undefined);
  for (const name of ["a", "b", "c"]) step(name);
  expect(progress.map((part) => part.slice(5))).toEqual(["[1] a", "[2] b", "[3] c"]);
});
