import { describe, expect, test } from "bun:test";
import { seededRandom } from "../stats/random.ts";
import { Backlog } from "./backlog.ts";

/** Requests due each millisecond, each of which takes so long of a server that does one at a time. */
function queue(requests: number, serviceMs: (request: number) => number): Backlog {
  const backlog = new Backlog();
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
  ])("%s", (_, requests, serviceMs) => {
    expect(queue(requests, serviceMs).grows).toBe(true);
  });
});

describe("a backlog does not grow", () => {
  test.each([
    ["a server that is 1 % faster than it is asked", 100, () => 0.99],
    ["one of whose answers in 20 takes long", 1000, (request: number) => (request % 20 ? 0.1 : 15)],
    ["a stall in the midst", 1000, (request: number) => (request === 500 ? 100 : 0.5)],
    ["a beginning that is slow", 1000, (request: number) => (request < 10 ? 20 : 0.5)],
    ["too few to tell", 2, () => 2],
  ])("%s", (_, requests, serviceMs) => {
    expect(queue(requests, serviceMs).grows).toBe(false);
  });

  test("service times that are random, of a server that is half busy", () => {
    const random = seededRandom(1);
    const grown = Array.from(
      { length: 300 },
      () => queue(700, () => -0.5 * Math.log(1 - random())).grows,
    );
    expect(grown).not.toContain(true);
  });
});
