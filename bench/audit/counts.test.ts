import { expect, test } from "bun:test";
import type { CellSample, Recording } from "../load/sample.ts";
import { bodies, failures } from "./counts.ts";

/** Replicates with so many answers, so many of which had their body compared. */
function sampleOf(replicates: readonly (readonly [answered: number, verified: number])[]) {
  return {
    replicates: replicates.map(([answered, verifiedBodies]) => ({
      slices: [{ requests: { ok: answered } }],
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

/** Two connections for a second, and what failed on them. */
function failing(failed: number, recording: Partial<Recording>, lostNs = 0): CellSample {
  const issued = 46_498;
  const requests = { issued, ok: issued - failed, failed, unfinished: 0 };
  const slice = { windowNs: 1e9, requests, ended: issued, lostNs };
  const none = { errors: {}, uncountedErrors: {}, reopened: 0 };
  return {
    connections: 2,
    pipeline: 1,
    replicates: [{ slices: [slice], recording: { ...none, ...recording } }],
  } as unknown as CellSample;
}

test.each([
  ["none", 0, {}, 0, true, "0 of 46498 requests failed"],
  ["few, at once", 2, { errors: { reset: 2 } }, 2e6, true, "2 of 46498 requests failed (reset)"],
  [
    "few, that kept their connections busy for half of the time",
    2,
    { errors: { timeout: 2 } },
    1e9,
    false,
    "2 of 46498 requests failed (timeout): failures, and the waits after them, took 50 % of the connections' time",
  ],
  [
    "many, outside of the windows",
    0,
    { uncountedErrors: { unsolicited: 104 } },
    0,
    false,
    "0 of 46498 requests failed, and 104 outside of the windows (unsolicited)",
  ],
  [
    "that the client has thrown",
    2,
    { errors: { "client-fault": 2 }, clientFault: "boom" },
    0,
    true,
    '2 of 46498 requests failed (client-fault: "boom")',
  ],
] as const)("failures: %s", (_, failed, recording, lostNs, ok, detail) => {
  expect(failures(failing(failed, recording, lostNs))).toEqual({ check: "failures", ok, detail });
});
