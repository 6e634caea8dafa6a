import { describe, expect, test } from "bun:test";
import { encodeRequest } from "../../src/http1/request.ts";
import { sameTimeouts } from "../plan.ts";
import { Lane } from "./lane.ts";
import { OpenLoop } from "./open-loop.ts";
import type { Stage } from "./pacer.ts";

const request = encodeRequest({ method: "GET", host: "test", target: "/" });

/** Connected at once, and never answered. */
const client = {
  connect: () =>
    Promise.resolve({
      connection: { usable: true, exchange() {}, close() {} },
      opened: true,
    }),
  encodeRequest,
};

function createLane(): Lane {
  const owner = { connected() {}, answered() {}, failed() {} };
  const endpoint = { host: "test", port: 80 };
  return new Lane(owner, {
    client,
    endpoint,
    request,
    reading: "message",
    timeouts: sameTimeouts(1000),
  });
}

/** A loop of a request a millisecond, or as `rate` says, whose clock stands still unless it is set. */
function createLoop(durationMs: number, onLate?: (ns: number) => void, rate = 1000) {
  return loopOf([{ durationMs, rate }], onLate);
}

function loopOf(stages: readonly Stage[], onLate: (ns: number) => void = () => {}) {
  const plan = { kind: "constant" as const, stages, seed: 1 };
  const clock = { nowNs: 0 };
  const length = { kind: "open" as const, plan, share: { index: 0, of: 1 } };
  return { clock, loop: new OpenLoop(length, 0, onLate, () => clock.nowNs) };
}

/** Sends, and has its answer at once when it is told to. */
function answer(loop: OpenLoop, lane: Lane, nowNs: number): void {
  lane.busy = false;
  loop.answered(lane, nowNs);
}

test("after a stall at the end of the window what is due and has a lane is sent, late as it is", () => {
  const lateNs: number[] = [];
  const { clock, loop } = createLoop(4, (ns) => lateNs.push(ns));
  loop.begin([createLane(), createLane(), createLane()], 0);
  clock.nowNs = 50e6;
  loop.tick(clock.nowNs);
  // Of four the first was sent when it was due, and one finds no lane any more.
  expect(lateNs).toEqual([0, 49e6, 48e6]);
  expect(loop.sample(clock.nowNs)).toMatchObject({ requests: { issued: 3 }, unsent: 1 });
});

test("who stops has not left unsent what was not due yet", () => {
  const { clock, loop } = createLoop(1000);
  loop.begin([createLane()], 0);
  clock.nowNs = 10.5e6;
  loop.stop(clock.nowNs);
  expect(loop.sample(clock.nowNs)).toMatchObject({ requests: { issued: 1 }, unsent: 10 });
});

test("an answer after the window is of it", () => {
  const kept = createLoop(2);
  const lanes = [createLane(), createLane()] as const;
  kept.loop.begin(lanes, 0);
  kept.clock.nowNs = 1e6;
  kept.loop.free(createLane(), kept.clock.nowNs);
  kept.clock.nowNs = 2e6;
  kept.loop.tick(kept.clock.nowNs);
  for (const lane of lanes) answer(kept.loop, lane, 30e6);
  expect(kept.loop.sample(30e6)).toMatchObject({ completed: 2, windowNs: 2e6, unsent: 0 });
});

describe("a server that falls behind has the rate of its answers, and of their parts in the window", () => {
  /** What a loop measures of `lanes` connections whose answers take so long, when far more is due. */
  function measure(durationMs: number, lanes: number, answerMsAt: (sentMs: number) => number) {
    const { clock, loop } = createLoop(durationMs, () => {}, 100_000);
    const sent = new Map<Lane, number>();
    const all = Array.from({ length: lanes }, () => {
      const lane = createLane();
      lane.sendDue = (_, nowNs) => {
        lane.startNs = nowNs;
        sent.set(lane, nowNs);
      };
      return lane;
    });
    // By then there are more requests due than connections.
    clock.nowNs = 1e6;
    loop.begin(all, clock.nowNs);
    for (let ms = 2; !loop.done; ms++) {
      clock.nowNs = ms * 1e6;
      for (const [lane, sentNs] of [...sent]) {
        if (clock.nowNs - sentNs < answerMsAt(sentNs / 1e6) * 1e6) continue;
        sent.delete(lane);
        loop.answered(lane, clock.nowNs);
      }
      loop.tick(clock.nowNs);
    }
    const { completed, windowNs, unsent = 0 } = loop.sample(clock.nowNs);
    return { perSecond: (completed / windowNs) * 1e9, unsent };
  }

  test.each([
    [90, 4, 100],
    [150, 4, 100],
    [1000, 4, 100],
    [1050, 10, 100],
    [500, 2, 600],
  ])("in %d ms, on %d connections with answers after %d ms", (durationMs, lanes, answerMs) => {
    const { perSecond, unsent } = measure(durationMs, lanes, () => answerMs);
    expect(unsent).toBeGreaterThan(0);
    expect(perSecond).toBeCloseTo((lanes * 1000) / answerMs, 6);
  });

  test("also where it stands still until after the window", () => {
    // Two every 10 ms from 1 to 401 ms are 80; of two that take 700 ms after that 599 lie in the window.
    const stopping = (sentMs: number) => (sentMs < 400 ? 10 : 1100 - sentMs);
    const inWindow = 80 + (2 * 599) / 699;
    expect(measure(1000, 2, stopping).perSecond * 0.999).toBeCloseTo(inWindow, 1);
  });
});

test.each([
  ["answers half of what is due, and all of it", 2, 500],
  ["answers all that is due", 0.9, 1000],
])("a server that %s, one every %d ms, has a rate of %d/s", (_, serviceMs, rate) => {
  const { clock, loop } = createLoop(1000);
  // More lanes than requests, each due at a whole millisecond.
  loop.begin(Array.from({ length: 1001 }, createLane), 0);
  let freeNs = 0;
  for (let ms = 0; ms < 1000; ms++) {
    clock.nowNs = ms * 1e6;
    const lane = createLane();
    lane.dueNs = clock.nowNs;
    freeNs = Math.max(freeNs, clock.nowNs) + serviceMs * 1e6;
    answer(loop, lane, freeNs);
  }
  const { completed, windowNs } = loop.sample(freeNs);
  // One answer more or less lies at the edges of a window.
  expect(Math.abs((completed / windowNs) * 1e9 - rate)).toBeLessThan(1.5);
});

test("a backlog of slow answers is none that the server keeps up with", () => {
  const { clock, loop } = createLoop(1000);
  loop.begin(Array.from({ length: 1001 }, createLane), 0);
  for (let ms = 0; ms < 1000; ms++) {
    clock.nowNs = ms * 1e6;
    const lane = createLane();
    lane.dueNs = clock.nowNs;
    // One each 2 ms, after 700 ms: 150 come in time.
    answer(loop, lane, (700 + (ms + 1) * 2) * 1e6);
  }
  expect(loop.sample(2700e6)).toMatchObject({ completed: 150, windowNs: 1e9 });
});

test("where a backlog grows in stages, what came after their end has no part in their rate", () => {
  const clock = { nowNs: 0 };
  const stage = { durationMs: 500, rate: 1000 };
  const plan = { kind: "constant" as const, stages: [stage, stage], seed: 1 };
  const length = { kind: "open" as const, plan, share: { index: 0, of: 1 } };
  const loop = new OpenLoop(
    length,
    0,
    () => {},
    () => clock.nowNs,
  );
  loop.begin(Array.from({ length: 1001 }, createLane), 0);
  for (let ms = 0; ms < 1000; ms++) {
    clock.nowNs = ms * 1e6;
    const lane = createLane();
    lane.dueNs = clock.nowNs;
    answer(loop, lane, (ms + 1) * 2e6);
  }
  expect(loop.sample(2e9)).toMatchObject({ completed: 500, windowNs: 1e9 });
});

/** Runs a loop millisecond by millisecond, in place of its timers; `answerAtMs` says when what is sent is answered. */
function play(
  loop: OpenLoop,
  clock: { nowNs: number },
  connections: number,
  answerAtMs: (sentMs: number) => number,
) {
  const underWay: [Lane, number][] = [];
  const lanes = Array.from({ length: connections }, createLane);
  for (const lane of lanes) {
    lane.sendDue = (_, nowNs) => {
      lane.startNs = nowNs;
      underWay.push([lane, answerAtMs(nowNs / 1e6)]);
    };
  }
  loop.begin(lanes, 0);
  for (let ms = 1; !loop.done; ms++) {
    clock.nowNs = ms * 1e6;
    for (const own of underWay.splice(0)) {
      if (own[1] > ms) underWay.push(own);
      else loop.answered(own[0], clock.nowNs);
    }
    // What its timer does.
    (loop as unknown as { dispatch(nowNs: number): void }).dispatch(clock.nowNs);
  }
  return loop.sample(clock.nowNs);
}

test("a stall in which no connection is free is not what the server can do", () => {
  const { clock, loop } = createLoop(2000, () => {}, 100);
  const sample = play(loop, clock, 10, (ms) => (ms < 800 ? ms + 10 : Math.max(ms, 2000) + 10));
  // 80 before the stall, and the ten that waited for its end, as those of a stall before would have.
  expect(sample).toMatchObject({ completed: 90, windowNs: 2e9, requests: { ok: 90 }, unsent: 110 });
});

test("requests that bursts have left unsent are not those of a server that falls behind", () => {
  // 100/s, answered after 400 ms, which takes forty connections of the 46, and a burst of ten near the end.
  const stages = [
    { durationMs: 1900, rate: 100 },
    { durationMs: 1, rate: 10_000 },
    { durationMs: 99, rate: 100 },
  ];
  const { clock, loop } = loopOf(stages);
  const { completed, windowNs, requests, unsent } = play(loop, clock, 46, (ms) => ms + 400);
  expect(unsent).toBeGreaterThan(0);
  expect(requests.ok + (unsent ?? 0)).toBe(210);
  expect({ completed, windowNs }).toEqual({ completed: requests.ok, windowNs: 2e9 });
});

test("of stages that leave many requests unsent what came in time is told", () => {
  // 20/s, then 200/s to a server of 40/s, on 120 connections.
  const stages = [
    { durationMs: 2000, rate: 20 },
    { durationMs: 2000, rate: 200 },
  ];
  const { clock, loop } = loopOf(stages);
  let freeMs = 0;
  const { completed, windowNs } = play(loop, clock, 120, (ms) => {
    freeMs = Math.max(freeMs, ms) + 25;
    return freeMs;
  });
  // 20 × 2 + 40 × 2 in four seconds.
  expect(windowNs).toBe(4e9);
  expect(Math.abs(completed - 120)).toBeLessThanOrEqual(1);
});

test("stages have their mean rate, also where the last is more than the server can", () => {
  const { clock, loop } = loopOf([
    { durationMs: 10, rate: 0 },
    { durationMs: 90, rate: 100_000 },
  ]);
  const lane = createLane();
  clock.nowNs = 11e6;
  loop.begin([lane], clock.nowNs);
  for (const ms of [31, 51, 71, 91, 111]) {
    clock.nowNs = ms * 1e6;
    answer(loop, lane, clock.nowNs);
  }
  // The last comes after the end, and may be one of many that wait there.
  expect(loop.sample(clock.nowNs)).toMatchObject({ completed: 4, windowNs: 100e6 });
});

test("requests that are sent in a burst are each as late as their own write", () => {
  const lateNs: number[] = [];
  const silence = { durationMs: 0.1, rate: 0 };
  const onePerMicrosecond = { durationMs: 1, rate: 1e6 };
  let nowNs = 150_000;
  const loop = new OpenLoop(
    {
      kind: "open",
      plan: { kind: "constant", stages: [silence, onePerMicrosecond], seed: 1 },
      share: { index: 0, of: 1 },
    },
    0,
    (ns) => lateNs.push(Math.round(ns)),
    // A write takes 10 µs.
    () => {
      nowNs += 10_000;
      return nowNs;
    },
  );
  loop.begin([createLane(), createLane(), createLane()], 0);
  expect(lateNs).toEqual([]);
  loop.free(createLane(), nowNs);
  // Due after 100, 101 and 102 µs, and sent after 150, 160 and 170; the last lane was not free before 150.
  expect(lateNs).toEqual([50_000, 59_000, 68_000, 30_000]);
  loop.stop(nowNs);
});
