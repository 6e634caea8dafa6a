import { describe, expect, test } from "bun:test";
import type { CellResult, Comparison, sides } from "../result.ts";
import { sampleResult } from "../sample-result.testing.ts";
import { isRefused, withholdRefused } from "./refused.ts";

type Arm = (typeof sides)[number];

const [sample] = sampleResult.cells as [CellResult];
const revisions = { base: "main (0123abcd)", head: "the work tree" };

/** The three arms of a match, of which some have failed a check. */
function match(failed: Partial<Record<Arm, string>>, strategy = "callback"): CellResult[] {
  return (["base", "head", "noise"] as const).map((side) => {
    const check = failed[side];
    const audit = check === undefined ? [] : [{ check, ok: false, detail: "" }];
    return { ...sample, strategy, side, audit, valid: check === undefined };
  });
}

const regressed: Comparison = {
  strategy: "callback",
  baseline: revisions.base,
  fixture: sample.fixture,
  connections: sample.connections,
  metric: "cpuNsPerRequest",
  ratio: 1.05,
  verdict: "regressed",
};

describe("of cells that the audit refuses nothing is told", () => {
  test.each([
    ["no check failed", {}, "regressed", undefined, false],
    ["head counted wrongly", { head: "counts" }, "inconclusive", "the audit refuses head", true],
    [
      "base failed as well as head",
      { base: "counts", head: "event-loop" },
      "inconclusive",
      "the audit refuses base and head",
      true,
    ],
    [
      "head alone stood still, which its client may have caused",
      { head: "event-loop" },
      "inconclusive",
      "the audit refuses head",
      true,
    ],
    [
      "base stood still, as a machine makes it",
      { noise: "event-loop", head: "event-loop" },
      "inconclusive",
      "the machine stood still, for base as well",
      false,
    ],
  ] as const)("%s", (_, failed, verdict, reason, refused) => {
    const cells = [...match(failed), ...match({}, "future")];
    const [judged] = withholdRefused([regressed], cells, revisions);
    expect([judged?.verdict, judged?.reason]).toEqual([verdict, reason as string]);
    expect(isRefused(cells, revisions)).toBe(refused);
  });

  test("but of other cells, and of readers alone, what was found", () => {
    const cells = [...match({ head: "counts" }), ...match({}, "future")];
    const others = [
      { ...regressed, strategy: "future" },
      { ...regressed, fixture: "from memory, in one chunk", connections: 1 },
    ];
    expect(withholdRefused(others, cells, revisions)).toEqual(others);
  });

  test("of strategies that are compared, whose arms have two names", () => {
    const names = { base: "callback", head: "future" };
    const cells = match({ base: "event-loop" }).map((cell) =>
      cell.side === "head" ? { ...cell, strategy: "future" } : cell,
    );
    const [judged] = withholdRefused([{ ...regressed, strategy: "future" }], cells, names);
    expect(judged?.reason).toBe("the machine stood still, for base as well");
    expect(isRefused(cells, names)).toBe(false);
  });
});
