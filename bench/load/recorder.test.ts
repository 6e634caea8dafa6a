import { expect, test } from "bun:test";
import { ReadError } from "../../src/errors.ts";
import { Recorder } from "./recorder.ts";

test("what a client throws itself is its own fault, and no reset", () => {
  const recorder = new Recorder({ status: 200, bodyBytes: 13 });
  recorder.recordError(new ReadError("timeout", "late"), true);
  recorder.recordError(Object.assign(new Error("reset by peer"), { code: "ECONNRESET" }), true);
  recorder.recordError(new Error("boom"), true);
  recorder.recordError(Object.assign(new Error("closed"), { code: "ERR_INVALID_STATE" }), true);
  const { errors, clientFault } = recorder.report();
  expect(errors).toEqual({ timeout: 1, reset: 1, "client-fault": 2 });
  expect(clientFault).toBe("boom");
});
