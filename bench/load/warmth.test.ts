import { describe, expect, test } from "bun:test";
import { isWorthWarming, type Warmth } from "./warmth.ts";

const atRest = 0.01;

const cases: readonly (readonly [string, Warmth, boolean])[] = [
  [
    "compilers at work, though less has come than before they began",
    { chunks: 6544, chunksPerSecond: 13_000, compilersShare: 0.54 },
    true,
  ],
  [
    "compilers at work late",
    { chunks: 15_000, chunksPerSecond: 20_000, compilersShare: 0.06 },
    true,
  ],
  [
    "at rest, before the last compiler is called",
    { chunks: 5000, chunksPerSecond: 3000, compilersShare: atRest },
    true,
  ],
  ["compiled", { chunks: 10_000, chunksPerSecond: 20_000, compilersShare: atRest }, false],
  [
    "too slow to be compiled soon",
    { chunks: 2000, chunksPerSecond: 2900, compilersShare: 0.2 },
    false,
  ],
  ["nothing has come", { chunks: 0, chunksPerSecond: 0, compilersShare: 0.2 }, false],
  [
    "CPU time is told by nobody",
    { chunks: 10_000, chunksPerSecond: 20_000, compilersShare: Number.NaN },
    false,
  ],
];

describe("whether a warm-up goes on", () => {
  test.each(cases)("%s", (_, warmth, goesOn) => {
    expect(isWorthWarming(warmth)).toBe(goesOn);
  });
});
