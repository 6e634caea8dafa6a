import { expect, test } from "bun:test";
import fc from "fast-check";
import { seededRandom } from "../stats/random.ts";
import type { ClosedLength } from "./messages.ts";
import { Slice } from "./slice.ts";

interface Request {
  /** Of the connection, from 0. */
  readonly lane: number;
  readonly counted: boolean;
  readonly admittedNs: number;
  readonly startNs: number;
  readonly dueNs: number;
}

/** How long the nth request takes, sent at `nowNs` on a connection. */
type Server = (n: number, nowNs: number, lane: number) => number;

/** What an answer takes of the process's CPU. */
const cpuNsOfAnswer = 1000;

/**
 * A closed loop without a clock. Answers are renewed where they can be, unless `renewing` is false.
 */
function simulate(
  length: ClosedLength,
  connections: number,
  serviceNs: Server,
  { renewing = true, settleNs = 0, random = (): number => 0, connectNs = (): number => 0 } = {},
) {
  let nowNs = 0;
  let sent = 0;
  let cpuNs = 0;
  const slice = new Slice(length, connections, settleNs, 1e9, nowNs, () => cpuNs, random);
  const underWay: Request[] = [];
  const counted: number[] = [];
  const unheard = new Set<number>();
  const issue = (lane: number, isCounted: boolean) => {
    const took = serviceNs(sent++, nowNs, lane);
    if (isCounted) counted.push(took);
    const startNs = nowNs + connectNs();
    underWay.push({ lane, counted: isCounted, admittedNs: nowNs, startNs, dueNs: startNs + took });
  };
  const send = (lane: number) => {
    const admission = slice.admit(nowNs);
    if (admission !== "stop") issue(lane, admission === "counted");
  };
  for (let lane = 0; lane < connections; lane++) unheard.add(lane);
  for (let lane = 0; lane < connections; lane++) send(lane);
  while (!slice.done) {
    underWay.sort((a, b) => a.dueNs - b.dueNs);
    const { lane, counted: isCounted, admittedNs, startNs, dueNs } = underWay.shift() as Request;
    nowNs = dueNs;
    cpuNs += cpuNsOfAnswer;
    if (renewing && isCounted && slice.renew(nowNs)) {
      issue(lane, true);
      continue;
    }
    if (unheard.delete(lane)) slice.heard(nowNs);
    slice.ended(isCounted, true, startNs, nowNs, admittedNs);
    send(lane);
  }
  return { sample: slice.sample(nowNs), counted };
}

const ms = 1e6;

test.each([0, 0.3, 0.9])(
  "lanes in lockstep: rate and CPU are exact wherever edges lie: %s",
  (edge) => {
    for (const windowMs of [11, 52, 59]) {
      const random = () => edge;
      const { sample } = simulate({ kind: "time", windowMs }, 100, () => 5 * ms, { random });
      expect(sample.windowNs).toBeCloseTo(windowMs * ms, 3);
      // 100 connections at 5 ms each answer 20 requests a millisecond.
      expect((sample.completed / sample.windowNs) * 1e9).toBeCloseTo(20_000, 6);
      // But for the answer that tells that a round is over.
      expect(Math.abs(sample.cpuNs / sample.completed / cpuNsOfAnswer - 1)).toBeLessThan(0.006);
    }
  },
);

/** A server that answers `atOnce` requests at a time, each after `ms`, the others in their order. */
function queueOf(atOnce: number, tookMs: number): Server {
  const freeNs: number[] = new Array(atOnce).fill(0);
  return (_, nowNs) => {
    freeNs.sort((a, b) => a - b);
    const endNs = Math.max(nowNs, freeNs[0] as number) + tookMs * ms;
    freeNs[0] = endNs;
    return endNs - nowNs;
  };
}

test.each([12, 14, 16, 24, 64])(
  "answers that come ten at once are not counted by the burst: %s connections",
  (connections) => {
    for (const windowMs of [10, 105, 175, 190, 700]) {
      const length = { kind: "time", windowMs } as const;
      const { sample } = simulate(length, connections, queueOf(10, 100));
      // Ten at a time after 100 ms each: 100 a second, whatever more there is in the queue.
      expect((sample.completed / sample.windowNs) * 1e9).toBeCloseTo(100, 6);
    }
  },
);

test("a connection that is slow for ever is in the rate and in the times", () => {
  const { sample, counted } = simulate(
    { kind: "time", windowMs: 175 },
    16,
    (_, __, lane) => (lane % 4 === 0 ? 2000 * ms : 100 * ms),
    { random: () => 0.5 },
  );
  // Twelve at 10 a second and four at one in two seconds.
  expect((sample.completed / sample.windowNs) * 1e9).toBeCloseTo(122, 6);
  const slow = counted.filter((tookNs) => tookNs === 2000 * ms).length;
  expect(slow / counted.length).toBeCloseTo(2 / 122, 2);
});

test("every request that was counted ends within the slice", () => {
  const { sample, counted } = simulate(
    { kind: "time", windowMs: 100 },
    7,
    (n) => (1 + (n % 13)) * ms,
  );
  expect(sample.requests).toEqual({
    issued: counted.length,
    ok: counted.length,
    failed: 0,
    unfinished: 0,
  });
});

test("edges do not bias the rate: it is that of an endless run", () => {
  // 95 % at once (0.1 ms) and 5 % after 500 ms: mean 25.095 ms, so 10 connections do 398.5 a second.
  const { sample } = simulate(
    { kind: "time", windowMs: 60_000 },
    10,
    (n) => (n % 20 === 7 ? 500 : 0.1) * ms,
  );
  const rate = (sample.completed / sample.windowNs) * 1e9;
  expect(Math.abs(rate / 398.486 - 1)).toBeLessThan(0.02);
});

test("a number of requests is kept exactly", () => {
  for (const count of [1, 5, 64, 1000]) {
    const { sample, counted } = simulate({ kind: "requests", count }, 8, () => 1 * ms);
    expect(counted.length).toBe(count);
    expect(sample.requests).toEqual({ issued: count, ok: count, failed: 0, unfinished: 0 });
  }
});

test("a few slow answers do not bias the rate of slices as long as they take, once settled", () => {
  // 1 % after 200 ms, the others after 1 ms: 2.99 ms in the mean.
  const truth = 64 / 2.99e-3;
  const rateOf = (settleNs: number) => {
    const random = seededRandom(3);
    const rates = Array.from({ length: 100 }, () => {
      const slow = () => (random() < 0.01 ? 200 : 1) * ms;
      const { sample } = simulate({ kind: "time", windowMs: 200 }, 64, slow, { settleNs });
      return (sample.completed / sample.windowNs) * 1e9;
    });
    return rates.reduce((sum, rate) => sum + rate, 0) / rates.length;
  };
  expect(Math.abs(rateOf(300 * ms) / truth - 1)).toBeLessThan(0.03);
  // What it is for: at once it would be a sixth more.
  expect(rateOf(0) / truth).toBeGreaterThan(1.1);
});

test("answers that come in bursts do not draw the edges of windows to them", () => {
  // Half take 1 to 2 ms, half about 100: 50.75 ms in the mean.
  const truth = 16 / 50.75e-3;
  const rateOf = (length: ClosedLength, random: () => number) => {
    const draw = seededRandom(5);
    const mixed = () => (draw() < 0.5 ? 1 + draw() : 97.5 + 5 * draw()) * ms;
    const samples = Array.from({ length: 400 }, () => {
      return simulate(length, 16, mixed, { settleNs: 153 * ms, random }).sample;
    });
    const total = (figure: (sample: (typeof samples)[number]) => number) =>
      samples.reduce((sum, sample) => sum + figure(sample), 0);
    return (total(({ completed }) => completed) / total(({ windowNs }) => windowNs)) * 1e9;
  };
  const byTime = { kind: "time", windowMs: 175 } as const;
  const byCount = { kind: "requests", count: 55 } as const;
  const random = seededRandom(6);
  for (const length of [byTime, byCount]) {
    expect(Math.abs(rateOf(length, random) / truth - 1)).toBeLessThan(0.015);
  }
});

test("connections that are slow each time have their share of every window's times", () => {
  const random = seededRandom(7);
  for (let i = 0; i < 50; i++) {
    // Eleven of 400 ms, more or less, and two of 9.
    const slow = () => (399 + 2 * random()) * ms;
    const { counted } = simulate(
      { kind: "time", windowMs: 550 },
      13,
      (_, __, lane) => (lane < 11 ? slow() : 9 * ms),
      { settleNs: 600 * ms, random },
    );
    const share = counted.filter((tookNs) => tookNs > 300 * ms).length / counted.length;
    expect(share / (11 / 400 / (11 / 400 + 2 / 9))).toBeCloseTo(1, 1);
  }
});

test.each([
  [2700, 300],
  [2000, 500],
  [4000, 1000],
])("stalls longer than a slice are in the rate: after some %i ms one of %i", (everyMs, stallMs) => {
  const random = seededRandom(8);
  let [offsetNs, completed, windowNs] = [0, 0, 0];
  let stallNs = 0;
  /** Of 10 ms, and of as much longer as it meets of a stall. */
  const answer: Server = (_, nowNs) => {
    const atNs = offsetNs + nowNs;
    while (stallNs + stallMs * ms <= atNs) stallNs += (stallMs + everyMs * (0.5 + random())) * ms;
    const endNs = atNs + (10 + 0.1 * random()) * ms;
    return (endNs > stallNs ? endNs + stallMs * ms - Math.max(0, atNs - stallNs) : endNs) - atNs;
  };
  // One rival's slice after the other's.
  for (let i = 0; i < 6000; i++) {
    const length = { kind: "time", windowMs: 100 } as const;
    const { sample } = simulate(length, 8, answer, { settleNs: 15 * ms, random });
    completed += sample.completed;
    windowNs += sample.windowNs;
    offsetNs += sample.wholeNs + random() * 20 * ms;
  }
  const truth = ((8 / 10.05e-3) * everyMs) / (everyMs + stallMs);
  expect(Math.abs(((completed / windowNs) * 1e9) / truth - 1)).toBeLessThan(0.02);
});

test.each([
  [95, 100, 1000],
  [80, 100, 400],
  [30, 10, 50],
])(
  "connecting is a part of the way: %i ms of it and %i of an answer in %i",
  (connectMs, answerMs, windowMs) => {
    const random = seededRandom(9);
    const near = (tookMs: number) => tookMs * ms * (0.98 + 0.04 * random());
    let [completed, windowNs] = [0, 0];
    for (let i = 0; i < 300; i++) {
      const { sample } = simulate({ kind: "time", windowMs }, 16, () => near(answerMs), {
        settleNs: 1.5 * answerMs * ms,
        random,
        connectNs: () => near(connectMs),
      });
      completed += sample.completed;
      windowNs += sample.windowNs;
    }
    const truth = 16 / ((connectMs + answerMs) / 1000);
    expect(Math.abs(((completed / windowNs) * 1e9) / truth - 1)).toBeLessThan(0.015);
  },
);

test("renewing gives what ending and admitting give", () => {
  const windows = fc.oneof(
    fc.record({ kind: fc.constant("time" as const), windowMs: fc.integer({ min: 1, max: 80 }) }),
    fc.record({ kind: fc.constant("requests" as const), count: fc.integer({ min: 1, max: 300 }) }),
  );
  const services = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(
      windows,
      fc.integer({ min: 1, max: 12 }),
      services,
      (length, connections, tookMs) => {
        const serviceNs = (n: number) => (tookMs[n % tookMs.length] as number) * ms;
        const renewed = simulate(length, connections, serviceNs);
        const ended = simulate(length, connections, serviceNs, { renewing: false });
        // Parts of answers are added up in another order.
        const { completed, cpuNs } = renewed.sample;
        expect(completed).toBeCloseTo(ended.sample.completed, 9);
        expect(cpuNs).toBeCloseTo(ended.sample.cpuNs, 3);
        expect(renewed).toEqual({ ...ended, sample: { ...ended.sample, completed, cpuNs } });
      },
    ),
  );
});

test("CPU is that of the window only", () => {
  const { sample } = simulate({ kind: "time", windowMs: 50 }, 4, () => 2 * ms);
  expect(sample.cpuNs).toBe(100 * cpuNsOfAnswer);
  expect(sample.wholeNs).toBeGreaterThan(sample.windowNs);
});

test("a window that would be shorter than an answer is as long as one", () => {
  const { sample } = simulate({ kind: "time", windowMs: 1 }, 2, () => 500 * ms, {
    random: () => 0.5,
  });
  expect(sample.windowNs).toBe(500 * ms);
  expect(sample.requests.ok).toBe(2);
  expect((sample.completed / sample.windowNs) * 1e9).toBeCloseTo(2 / 0.5, 9);
});

/** The first answer of a connection that has sent at the beginning. */
function answerFirst(slice: Slice, nowNs: number): void {
  slice.heard(nowNs);
  slice.ended(false, true, 0, nowNs);
}

test("a timer between two rounds closes no window: the rate is that of whole rounds", () => {
  const slice = new Slice(
    { kind: "time", windowMs: 150 },
    2,
    0,
    10e9,
    0,
    () => 0,
    () => 0,
  );
  const round = (nowNs: number) => {
    for (const _ of [1, 2]) slice.ended(true, true, nowNs - 100 * ms, nowNs);
    for (const _ of [1, 2]) slice.admit(nowNs);
  };
  for (const _ of [1, 2]) slice.admit(0);
  // It opens with the second answer of the first round.
  for (const _ of [1, 2]) answerFirst(slice, 100 * ms);
  for (const _ of [1, 2]) slice.admit(100 * ms);
  round(200 * ms);
  slice.tick(299 * ms);
  round(300 * ms);
  const { completed, windowNs } = slice.sample(300 * ms);
  expect({ completed, windowNs }).toEqual({ completed: 3, windowNs: 150 * ms });
});

test("a window that ends with a count ends with a round, too", () => {
  for (const count of [1, 3, 4, 9]) {
    const { sample } = simulate({ kind: "requests", count }, 4, () => 200 * ms);
    expect(sample.requests.ok).toBe(count);
    expect((sample.completed / sample.windowNs) * 1e9).toBeCloseTo(20, 9);
  }
});

test("a stop leaves what is under way unfinished", () => {
  const slice = new Slice(
    { kind: "time", windowMs: 50 },
    2,
    0,
    1e9,
    0,
    () => 0,
    () => 0,
  );
  slice.admit(0);
  slice.admit(0);
  for (const _ of [1, 2]) answerFirst(slice, 1e6);
  slice.admit(1e6);
  slice.admit(1e6);
  slice.ended(true, true, 1e6, 2e6);
  slice.stop(3e6, []);
  expect(slice.done).toBe(true);
  expect(slice.sample(3e6).requests).toEqual({ issued: 2, ok: 1, failed: 0, unfinished: 1 });
  expect(slice.sample(3e6).windowNs).toBe(2e6);
});

test("beside slower workers a slice goes on until they have measured, too", () => {
  const length = { kind: "time", windowMs: 20, besideMs: 500 } as const;
  const { sample } = simulate(length, 4, () => 5 * ms, { settleNs: 750 * ms });
  expect(sample.windowNs).toBe(500 * ms);
  // Settled for 750 ms, measured for 500, and still at it for 500 more.
  expect(sample.wholeNs).toBeGreaterThanOrEqual(1750 * ms);
  expect((sample.completed / sample.windowNs) * 1e9).toBeCloseTo(800, 6);
});

test("what is under way when it is stopped takes its time from the window, and so the rate is true", () => {
  // Two connections, two seconds an answer: 1/s. The second answers are 1.5 and 0.5 s old at the stop.
  const slice = new Slice(
    { kind: "time", windowMs: 60_000 },
    2,
    0,
    1e12,
    0,
    () => 0,
    () => 0,
  );
  slice.admit(0);
  slice.admit(0);
  answerFirst(slice, 2000 * ms);
  slice.admit(2000 * ms);
  answerFirst(slice, 3000 * ms);
  slice.admit(3000 * ms);
  // The window opens at 3 s, with half of the first's next answer before it.
  slice.ended(false, true, 2000 * ms, 4000 * ms);
  slice.admit(4000 * ms);
  slice.ended(true, true, 3000 * ms, 5000 * ms);
  slice.admit(5000 * ms);
  slice.stop(5500 * ms, [4000 * ms, 5000 * ms]);
  const { completed, windowNs } = slice.sample(5500 * ms);
  expect({ completed, windowNs }).toEqual({ completed: 1.5, windowNs: 1500 * ms });
});

test("a stalled load still ends: the window opens and closes by time", () => {
  const slice = new Slice(
    { kind: "time", windowMs: 50 },
    2,
    0,
    1e9,
    0,
    () => 0,
    () => 0,
  );
  slice.admit(0);
  slice.admit(0);
  slice.tick(1.1e9);
  slice.tick(2.3e9);
  expect(slice.admit(2.3e9)).toBe("stop");
  for (const _ of [1, 2]) slice.endedInFailure(false, 0, 2.4e9);
  expect(slice.done).toBe(true);
});

test("what connections do not use of the window, or lose to failures, is counted", () => {
  const slice = new Slice(
    { kind: "time", windowMs: 50 },
    2,
    0,
    1e9,
    0,
    () => 0,
    () => 0,
  );
  slice.admit(0);
  slice.admit(0);
  for (const _ of [1, 2]) answerFirst(slice, 1 * ms);
  // The window is open; one goes on at once, the other fails and waits twice.
  slice.admit(1 * ms);
  slice.admit(11 * ms);
  slice.endedInFailure(true, 11 * ms, 21 * ms);
  slice.ended(true, true, 1 * ms, 31 * ms);
  slice.admit(31 * ms);
  slice.ended(true, true, 31 * ms, 61 * ms);
  slice.stop(61 * ms, []);
  // 10 ms before it begins, 10 until it fails, 40 afterwards, and nothing between the answers of the other.
  expect(slice.sample(61 * ms).lostNs).toBe(60 * ms);
  expect(simulate({ kind: "time", windowMs: 50 }, 3, () => 5 * ms).sample.lostNs).toBe(0);
});

test("of a request that fails, what lies outside of the window is not the window's", () => {
  const slice = new Slice(
    { kind: "time", windowMs: 50 },
    2,
    0,
    1e9,
    0,
    () => 0,
    () => 0,
  );
  slice.admit(0);
  slice.admit(0);
  answerFirst(slice, 1 * ms);
  slice.admit(1 * ms);
  answerFirst(slice, 2 * ms);
  // One hangs from before the window on, and fails long after it; the window is 2 to 52 ms.
  slice.admit(2 * ms);
  for (const [from, to] of [
    [2, 30],
    [30, 52],
  ] as const) {
    slice.ended(true, true, from * ms, to * ms);
    slice.admit(to * ms);
  }
  slice.endedInFailure(false, 1 * ms, 900 * ms);
  expect(slice.sample(900 * ms)).toMatchObject({ windowNs: 50 * ms, lostNs: 50 * ms });
});
