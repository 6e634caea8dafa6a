import { describe, expect, test } from "bun:test";
import { seededRandom } from "../stats/random.ts";
import { Backlog } from "./backlog.ts";

/** Requests due each millisecond, each of which takes so long of a server that does one at a time. */
function queue(requests: number, serviceMs: (request: number) => number): Backlog {
  const backlog = new Backlog(requests);
  let freeMs = 0;
  for (let dueMs = 0; dueMs < requests; dueMs++) {
    freeMs = Math.max(freeMs, dueMs) + serviceMs(dueMs);
    backlog.answered(dueMs, freeMs - dueMs);
  }
  return backlog;
}

describe("a backlog grows", () => {
  test.each([
    ["a server of half the rate", 100, () => 2],
    ["a server that is 3 % too slow", 100, () => 1.03],
    ["a server that is too slow on average", 1000, (request: number) => (request % 10 ? 0.1 : 12)],
    ["the same, with a stall", 1000, (request: number) => (request === 300 ? 100 : 1.2)],
  ])("%s", (_, requests, serviceMs) => {
    expect(queue(requests, serviceMs).grows).toBe(true);
  });

  test("one answer that takes for ever hides nothing", () => {
    const backlog = queue(100, () => 1.1);
    backlog.answered(50, 1e6);
    expect(backlog.grows).toBe(true);
  });
});

describe("a backlog does not grow", () => {
  test.each([
    ["a server that is 1 % faster than it is asked", 100, () => 0.99],
    ["one of whose answers in 20 takes long", 1000, (request: number) => (request % 20 ? 0.1 : 15)],
    ["a stall in the midst", 1000, (request: number) => (request === 500 ? 100 : 0.5)],
    ["a stall near the end", 1000, (request: number) => (request === 950 ? 100 : 0.5)],
    ["a beginning that is slow", 1000, (request: number) => (request < 10 ? 20 : 0.5)],
    ["too few to tell", 3, () => 2],
  ])("%s", (_, requests, serviceMs) => {
    expect(queue(requests, serviceMs).grows).toBe(false);
  });

  test.each([0.5, 0.8])("service times that are random, of a server that is busy to %d", (busy) => {
    const random = seededRandom(1);
    const grown = Array.from(
      { length: 300 },
      () => queue(1000, () => -busy * Math.log(1 - random())).grows,
    );
    expect(grown).not.toContain(true);
  });
});
