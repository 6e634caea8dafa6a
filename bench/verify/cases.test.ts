import { expect, test } from "bun:test";
import { createSchedule } from "./behaviour.ts";
import { toleranceMs, type VerifyCase, verifiedPercents, verifyCases } from "./cases.ts";

/** Response times of a server that answers one after the other, each in `answerMs` after its delay. */
function simulate(
  { behaviour, connections, durationMs, stages }: VerifyCase,
  answerMs: number,
): number[] {
  const schedule = createSchedule(behaviour, 0);
  const gapMs = 1000 / (stages?.[0]?.rate ?? 0);
  let freeMs = 0;
  const responsesMs: number[] = [];
  for (let dueMs = 0; dueMs < durationMs; dueMs += gapMs) {
    freeMs = Math.max(freeMs, schedule(dueMs * 1e6) / 1e6) + answerMs;
    // What is not sent by the end is never answered: of a queue all but a request for each connection.
    const behindMs = behaviour.kind === "queue" ? connections * behaviour.serviceMs : 0;
    if (behindMs > 0 && freeMs - behindMs > durationMs) break;
    responsesMs.push(freeMs - dueMs);
  }
  return responsesMs.sort((a, b) => a - b);
}

const openLoops = verifyCases.filter(({ stages }) => stages !== undefined);

test.each(
  openLoops.flatMap((own) =>
    [0.002, 0.01, 0.03].map((answerMs) => [own.name, answerMs, own] as const),
  ),
)("%s, %d ms an answer: the arithmetic is what a simulated server does", (_, answerMs, own) => {
  if (own.expectation.kind !== "arithmetic") throw new Error("an open loop has an arithmetic");
  const responsesMs = simulate(own, answerMs);
  const expected = own.expectation.responseMs(answerMs);
  for (const percent of verifiedPercents) {
    const simulatedMs = responsesMs[Math.ceil((percent / 100) * responsesMs.length) - 1] ?? 0;
    // Requests are 1 or 2 ms apart, and so are the times that they wait.
    const gapMs = 2;
    expect(Math.abs(simulatedMs - expected[percent])).toBeLessThan(
      Math.max(gapMs, 0.3 * toleranceMs(expected[percent])),
    );
  }
});
