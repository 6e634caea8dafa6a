import { describe, expect, test } from "bun:test";
import { onAbort, unlessAborted } from "./interrupt.ts";

describe("unlessAborted", () => {
  test("gives what the promise gives, also where it fails", async () => {
    const { signal } = new AbortController();
    expect(await unlessAborted(Promise.resolve(7), signal)).toBe(7);
    await expect(unlessAborted(Promise.reject(new Error("no")), signal)).rejects.toThrow("no");
  });

  test("waits for nothing once it is aborted", async () => {
    const stop = new AbortController();
    const waiting = unlessAborted(new Promise(() => {}), stop.signal);
    stop.abort();
    expect(await waiting).toBeUndefined();
    expect(await unlessAborted(Promise.resolve(7), stop.signal)).toBeUndefined();
  });

  test("what fails after that is nobody's unhandled fault", async () => {
    const aborted = AbortSignal.abort();
    const fails = Promise.withResolvers<never>();
    const unhandled: unknown[] = [];
    const note = (fault: unknown) => unhandled.push(fault);
    process.on("unhandledRejection", note);
    expect(await unlessAborted(fails.promise, aborted)).toBeUndefined();
    fails.reject(new Error("late"));
    await Bun.sleep(5);
    process.off("unhandledRejection", note);
    expect(unhandled).toEqual([]);
  });
});

test("what was aborted before anybody listened is heard at once, and what is forgotten never", () => {
  const heard: string[] = [];
  onAbort(AbortSignal.abort(), () => heard.push("at once"));
  const stop = new AbortController();
  const forget = onAbort(stop.signal, () => heard.push("forgotten"));
  onAbort(stop.signal, () => heard.push("later"));
  forget();
  stop.abort();
  expect(heard).toEqual(["at once", "later"]);
});
