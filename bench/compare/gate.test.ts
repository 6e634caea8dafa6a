import { describe, expect, test } from "bun:test";
import type { PairedEstimate } from "../stats/paired.ts";
import { judge, type Question } from "./gate.ts";

/** An estimate of `percent` with a standard error of 0.3 %, from 12 replicates, or as overridden. */
function estimate(percent: number, override: Partial<PairedEstimate> = {}): PairedEstimate {
  const log = Math.log1p(percent / 100);
  const standardError = override.standardError ?? 0.003;
  const half = 2.2 * standardError;
  return {
    log,
    interval: [log - half, log + half],
    standardError,
    replicates: 12,
    freedom: 11,
    pValue: Math.abs(log) > 4 * standardError ? 1e-6 : 0.4,
    ...override,
  };
}

function question(change: PairedEstimate, rest: Partial<Question> = {}): Question {
  return { better: "lower", minEffect: 0.02, weight: 1, change, noise: estimate(0), ...rest };
}

const verdictOf = (one: Question) => judge([one])[0]?.verdict;

describe("a question by itself", () => {
  test("clearly slower is regressed, clearly faster improved", () => {
    expect(verdictOf(question(estimate(5)))).toBe("regressed");
    expect(verdictOf(question(estimate(-5)))).toBe("improved");
  });

  test("where higher is better it is the other way round", () => {
    expect(verdictOf(question(estimate(5), { better: "higher" }))).toBe("improved");
    expect(verdictOf(question(estimate(-5), { better: "higher" }))).toBe("regressed");
  });

  test("an effect below the least that counts is none, however significant", () => {
    expect(verdictOf(question(estimate(1, { pValue: 1e-9 })))).toBe("unchanged");
  });

  test("no change in a narrow interval is unchanged, in a wide one inconclusive", () => {
    expect(verdictOf(question(estimate(0)))).toBe("unchanged");
    const [wide] = judge([question(estimate(0, { standardError: 0.02 }))]);
    expect(wide?.verdict).toBe("inconclusive");
    expect(wide?.reason).toContain("could not have been found");
    expect(wide?.minDetectable).toBeGreaterThan(0.05);
  });

  test("who could not have found less than an effect does not accuse of it", () => {
    // 3 % with a standard error of 1 %: the least detectable is (2.72 + 0.88) × 1 %.
    const accused = question(estimate(3, { standardError: 0.01, pValue: 1e-4 }));
    expect(verdictOf(accused)).toBe("inconclusive");
  });

  test("a noise arm that raises an alarm takes the verdict away", () => {
    const [answer] = judge([question(estimate(5), { noise: estimate(4) })]);
    expect(answer?.verdict).toBe("inconclusive");
    expect(answer?.reason).toContain("base against itself differs by 4.0 %");
  });

  test("without a noise arm, as between files, the change alone decides", () => {
    expect(verdictOf(question(estimate(5), { noise: undefined }))).toBe("regressed");
  });
});

test("one p-value of 0.01 among forty questions is chance", () => {
  const suspicious = question(estimate(3, { pValue: 0.01 }));
  expect(verdictOf(suspicious)).toBe("regressed");
  const others = Array.from({ length: 39 }, () => question(estimate(0)));
  const answers = judge([suspicious, ...others]);
  expect(answers[0]?.verdict).toBe("inconclusive");
  expect(answers[0]?.adjustedP).toBeCloseTo(0.4, 9);
});

test("two replicates are said to be too few", () => {
  const [answer] = judge([question(estimate(5, { replicates: 2, pValue: 0.2 }))]);
  expect(answer?.reason).toContain("2 replicates are too few");
});

test("nothing asked, nothing answered", () => {
  expect(judge([])).toEqual([]);
});
