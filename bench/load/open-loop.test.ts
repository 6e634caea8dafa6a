import { expect, test } from "bun:test";
import { encodeRequest } from "../../src/http1/request.ts";
import { sameTimeouts } from "../plan.ts";
import { Lane } from "./lane.ts";
import { OpenLoop } from "./open-loop.ts";

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
