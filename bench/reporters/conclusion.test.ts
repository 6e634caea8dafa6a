import { describe, expect, test } from "bun:test";
import type { CellResult } from "../result.ts";
import { sampleResult } from "../sample-result.testing.ts";
import { conclude } from "./conclusion.ts";

/** A cell of an open loop at 1,000/s for a second. */
function open(answersPerSecond: number, unsent: number, failed = 0): CellResult {
  const [cell] = sampleResult.cells as [CellResult];
  const issued = 1000 - unsent;
  return {
    ...cell,
    mode: "open",
    valid: failed === 0,
    rate: 1000,
    requests: { issued, ok: issued - failed, failed, unfinished: 0, unsent },
    metrics: { requestsPerSecond: { value: answersPerSecond, unit: "1/s", better: "higher" } },
  };
}

const noRequests = { issued: 0, ok: 0, failed: 0, unfinished: 0, unsent: 0 };

describe("an open loop that did not keep up", () => {
  test.each([
    ["kept up", open(1000, 0), ""],
    ["failed at times", open(900, 0, 100), ""],
    ["had few random arrivals", { ...open(900, 0), schedule: "poisson" }, ""],
    ["had none", { ...open(0, 1000), requests: noRequests }, ""],
    [
      "left requests unsent",
      open(500, 480),
      "48.0 % of the requests that were due were never sent",
    ],
    ["answered late", open(500, 0), "500/s were answered in its time, the others after it"],
  ])("%s", (_, cell, says) => {
    const text = conclude({ ...sampleResult, cells: [cell], comparisons: [] });
    if (says === "") expect(text).toBe("");
    else expect(text).toContain(`did not keep up with 1.00k/s: ${says}`);
  });

  test("is not said of one that answered as many as were asked, but found no connection for some", () => {
    const cells = [{ ...open(1010, 60), schedule: "poisson" }];
    const text = conclude({ ...sampleResult, cells, comparisons: [] });
    expect(text).toStartWith("callback on hello at 64 had no connection for all: 6.0 % of");
  });
});

describe("what a row does not show", () => {
  const [cell] = sampleResult.cells as [CellResult];
  const requests = { issued: 1000, ok: 1000, failed: 0, unfinished: 0 };
  test.each<[string, Partial<CellResult>, string]>([
    ["nothing of note", {}, ""],
    [
      "failures that the audit bears",
      { requests: { ...requests, ok: 999, failed: 1 }, errors: { timeout: 1 } },
      "callback on hello at 64: 1 of 1000 requests failed (timeout 1).\n",
    ],
    [
      "connections that were opened again",
      { reopened: 1100 },
      "callback on hello at 64 opened connections again 1100 times, warm-up included, for 1000 requests: the server closes them, and req/s and CPU/req have that in them.\n",
    ],
    [
      "connections that we gave up",
      { reopened: 1100, errors: { timeout: 1100 }, valid: false },
      "callback on hello at 64 opened connections again 1100 times, warm-up included, for 1000 requests: they are given up after failures, and req/s and CPU/req have that in them.\n",
    ],
    [
      "connections that the client's own faults have cost",
      { reopened: 1100, errors: { "client-fault": 1100 }, valid: false },
      "callback on hello at 64 opened connections again 1100 times, warm-up included, for 1000 requests: they are given up after failures, and req/s and CPU/req have that in them.\n",
    ],
    [
      "a window too short for any answer to come in it",
      { metrics: { requestsPerSecond: { value: 0, unit: "1/s", better: "higher" } } },
      "callback on hello at 64: its time was too short for a rate, though 1000 answers came: say a longer -d.\n",
    ],
    [
      "a stall that takes most of a window",
      {
        replicates: [{}, {}],
        metrics: {
          requestsPerSecond: { value: 500, unit: "1/s", better: "higher" },
          serviceP50Ns: { value: 10e6, unit: "ns", better: "lower" },
          serviceMaxNs: { value: 600e6, unit: "ns", better: "lower" },
        },
      },
      "callback on hello at 64: the slowest answer took 600 ms, of 1.00 s in each replicate: a longer -d would tell the rate more truly.\n",
    ],
    ["connections that were lost now and then", { reopened: 9 }, ""],
    ["a connection for each request", { reopened: 1100, keptAlive: false }, ""],
    [
      "few answers",
      { requests: { ...requests, issued: 1, ok: 1 } },
      "In 1 of 1 cell fewer than 100 answers were counted: their p99 is the slowest of them.\n",
    ],
  ])("%s", (_, own, says) => {
    const cells = [{ ...cell, requests, ...own }];
    expect(conclude({ ...sampleResult, cells, comparisons: [] })).toBe(says);
  });
});
