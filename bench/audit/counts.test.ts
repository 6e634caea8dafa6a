import { expect, test } from "bun:test";
import type { CellSample, Recording } from "../load/sample.ts";
import { bodies } from "./counts.ts";

/** Replicates with so many answers, so many of which had their body compared. */
function sampleOf(replicates: readonly (readonly [answered: number, verified: number])[]) {
  return {
    replicates: replicates.map(([answered, verifiedBodies]) => ({
      slices: [{ answered }],
      recording: { verifiedBodies, errors: {}, uncountedErrors: {} } as unknown as Recording,
    })),
  } as unknown as CellSample;
}

test.each([
  [
    "each has compared one",
    [
      [100, 1],
      [100, 2],
    ],
    true,
  ],
  [
    "one has compared none",
    [
      [100, 1],
      [100, 0],
    ],
    false,
  ],
  [
    "nothing was due in one, and nothing came",
    [
      [100, 1],
      [0, 0],
    ],
    true,
  ],
] as const)("bodies: %s", (_, replicates, ok) => {
  expect(bodies(sampleOf(replicates))?.ok).toBe(ok);
});
