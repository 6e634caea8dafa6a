import { describe, expect, test } from "bun:test";
import { seededRandom } from "../stats/random.ts";
import { Backlog } from "./backlog.ts";

/** Requests due each `gapMs` for a second, with a response time each. */
function windowOf(gapMs: number, responseMs: (dueMs: number) => number): Backlog {
  const backlog = new Backlog(1000);
  for (let dueMs = 0; dueMs < 1000; dueMs += gapMs) backlog.answered(dueMs, responseMs(dueMs));
  return backlog;
}

/** Response times of a server that does one at a time, and has so long to do with each. */
function queue(serviceMs: (dueMs: number) => number): (dueMs: number) => number {
  let freeMs = 0;
  return (dueMs) => {
    freeMs = Math.max(freeMs, dueMs) + serviceMs(dueMs);
    return freeMs - dueMs;
  };
}

/** Response times of a server that answers up to `most` requests at once, every `everyMs`. */
function batches(most: number, everyMs: number, firstMs: number): (dueMs: number) => number {
  let atMs = firstMs;
  let count = 0;
  return (dueMs) => {
    while (atMs < dueMs || count === most) {
      atMs += everyMs;
      count = 0;
    }
    count++;
    return atMs - dueMs;
  };
}

function perSecond(backlog: Backlog): number {
  const { answers, windowNs } = backlog.stretch() ?? { answers: 0, windowNs: 1 };
  return (answers / windowNs) * 1000;
}

/** A second of 600 requests to a server that takes 2.5 ms with each, the newest first: 400 come in time. */
function newestFirst(): Backlog {
  const backlog = new Backlog(1000);
  const waiting: number[] = [];
  let [nextMs, nowMs] = [0, 0];
  while (nextMs < 1000 || waiting.length > 0) {
    for (; nextMs < 1000 && nextMs <= nowMs; nextMs += 1000 / 600) waiting.push(nextMs);
    const dueMs = waiting.pop();
    if (dueMs === undefined) nowMs = nextMs;
    else {
      nowMs += 2.5;
      backlog.answered(dueMs, nowMs - dueMs);
    }
  }
  return backlog;
}

describe("a backlog grows", () => {
  test("of a server that takes the newest first, whose usual answer is quick", () => {
    expect(newestFirst().grows).toBe(true);
  });

  test.each([
    ["a server of half the rate", 10, queue(() => 20), 50],
    ["a server that is 3 % too slow", 10, queue(() => 10.3), 97.1],
    ["the same, each answer after 400 ms more", 10, (due: number) => 400 + due * 0.03, 97.1],
    ["one that is too slow on average", 1, queue((due) => (due % 10 ? 0.1 : 12)), 775],
    ["the same, with a stall", 1, queue((due) => (due === 300 ? 100 : 1.2)), 750],
    ["one that answers in bursts", 2, batches(100, 250, 125), 400],
    [
      "a half of which keeps up",
      1,
      (
        (half) => (due: number) =>
          due % 2 ? 1 : half(due)
      )(queue(() => 4)),
      750,
    ],
  ])("%s", (_, gapMs, responseMs, rate) => {
    const backlog = windowOf(gapMs, responseMs);
    expect(backlog.grows).toBe(true);
    expect(perSecond(backlog)).toBeGreaterThan(0.95 * rate);
    expect(perSecond(backlog)).toBeLessThan(1.05 * rate);
  });

  test("an answer that had to be sent again hides nothing", () => {
    const backlog = windowOf(
      1,
      queue(() => 1.1),
    );
    backlog.answered(500, 3000);
    expect(backlog.grows).toBe(true);
  });

  test("what comes in bursts is told as it is, whenever the first comes", () => {
    const rates = Array.from({ length: 25 }, (_, i) =>
      perSecond(windowOf(2, batches(100, 250, 10 * (i + 1)))),
    );
    const mean = rates.reduce((sum, rate) => sum + rate, 0) / rates.length;
    expect(Math.abs(mean - 400)).toBeLessThan(12);
  });
});

test("where hardly any answer came in time there is no rate to tell", () => {
  for (const slowMs of [1000, 1240, 1285, 1300]) {
    const backlog = windowOf(5, (due) => (due < 50 ? 1 : slowMs + due / 5));
    expect(backlog.stretch()).toBeUndefined();
  }
});

/** A server that answers four at a time, each after `tookMs`, whichever of those that wait `pick` names. */
function fourAtOnce(tookMs: number, dueEveryMs: number, pick: (waiting: number) => number) {
  const dues = Array.from({ length: 1000 / dueEveryMs }, (_, i) => i * dueEveryMs);
  const answers = new Map<number, number>();
  const waiting: number[] = [];
  const freeMs = [0, 0, 0, 0];
  let next = 0;
  while (next < dues.length || waiting.length > 0) {
    freeMs.sort((a, b) => a - b);
    const free = freeMs[0] as number;
    while (next < dues.length && ((dues[next] as number) <= free || waiting.length === 0)) {
      waiting.push(dues[next++] as number);
    }
    const [due = 0] = waiting.splice(pick(waiting.length), 1);
    freeMs[0] = Math.max(free, due) + tookMs;
    answers.set(due, freeMs[0] - due);
  }
  return (dueMs: number) => answers.get(dueMs) as number;
}

test.each([1.3, 1.6, 2])(
  "a backlog grows in whatever order it is answered: %s times what can be",
  (times) => {
    const windows = Array.from({ length: 20 }, (_, seed) => {
      const random = seededRandom(seed);
      return windowOf(
        1,
        fourAtOnce(4 * times, 1, (count) => Math.floor(random() * count)),
      );
    });
    const told = windows.filter(({ grows }) => grows);
    expect(told.length).toBeGreaterThanOrEqual(16);
    for (const backlog of told) expect(perSecond(backlog)).toBeCloseTo(1000 / times, -2);
  },
);

describe("a backlog does not grow", () => {
  test("where a part of the answers takes longer than the window, whoever else is quick", () => {
    for (const share of [0.05, 0.5]) {
      const random = seededRandom(3);
      const slow = windowOf(1, () => (random() < share ? 1500 : 2));
      expect(slow.grows).toBe(false);
    }
  });

  // Each of these looks in all but one way like a backlog that is answered in any order.
  test.each<[string, (dueMs: number, random: () => number) => number]>([
    [
      "where the others come in the order in which they were asked for",
      (due) => (due % 2 ? 1000 : 1),
    ],
    [
      "where the others come long after the end",
      (due, random) => (due % 2 ? 1 : 3000 - due + 1000 * random()),
    ],
    ["where the others come all at once", (due, random) => (due % 2 ? 1 : 1250 - due + random())],
    ["where answers come faster and faster", (_, random) => random() * 2000],
    ["where everything is answered in time but for a few", (due) => (due % 100 ? 1 : 1020 - due)],
  ])("%s", (_, responseMs) => {
    for (let seed = 0; seed < 20; seed++) {
      const random = seededRandom(seed);
      expect(windowOf(1, (due) => responseMs(due, random)).grows).toBe(false);
    }
  });

  test("where such a part takes longer without any order", () => {
    const looksSo = Array.from({ length: 40 }, (_, seed) => {
      const random = seededRandom(seed);
      return windowOf(0.5, () => (random() < 0.3 ? -1000 * Math.log(1 - random()) : 2)).grows;
    });
    // Expected in one of two hundred; without regard to their scatter it was every other.
    expect(looksSo.filter(Boolean).length).toBeLessThan(3);
  });

  test("where all answers take as long as the window or so, each its own time", () => {
    for (let seed = 1; seed <= 20; seed++) {
      const random = seededRandom(seed);
      expect(windowOf(2, () => -500 * Math.log(1 - random())).grows).toBe(false);
    }
  });

  test.each([
    ["a server that is 1 % faster than it is asked", 10, queue(() => 9.9)],
    ["one of whose answers in 20 takes long", 1, queue((due) => (due % 20 ? 0.1 : 15))],
    ["a stall in the midst", 1, queue((due) => (due === 500 ? 100 : 0.5))],
    ["a stall near the end", 1, queue((due) => (due === 950 ? 100 : 0.5))],
    ["a beginning that is slow", 1, queue((due) => (due < 10 ? 20 : 0.5))],
    ["too few to tell", 333, queue(() => 700)],
  ])("%s", (_, gapMs, responseMs) => {
    expect(windowOf(gapMs, responseMs).grows).toBe(false);
  });

  const random = seededRandom(1);
  const exponential = (mean: number) => -mean * Math.log(1 - random());

  test.each([
    ["of a queue that is busy half of the time", 1, () => queue(() => exponential(0.5))],
    ["of a queue that is busy to eight tenths", 1, () => queue(() => exponential(0.8))],
    ["evenly from 50 to 500 ms", 83, () => () => 50 + 450 * random()],
    ["evenly from 50 to 500 ms, of many", 5, () => () => 50 + 450 * random()],
    ["exponential, of 200 ms", 20, () => () => exponential(200)],
    ["of 1 ms, with a stall in the last tenth", 2, () => queue((due) => lateStall(due, random()))],
  ])("response times that are random: %s", (_, gapMs, responseMs) => {
    const grown = Array.from({ length: 1000 }, () => windowOf(gapMs, responseMs()).grows);
    expect(grown.filter(Boolean).length).toBeLessThanOrEqual(5);
  });
});

function lateStall(dueMs: number, random: number): number {
  return dueMs === 900 ? 100 : 0.5 + random;
}
