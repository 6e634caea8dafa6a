import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { exactWarmUp } from "../plan.ts";
import { Pacer, planDurationMs } from "./pacer.ts";
import { raceSettings as settings } from "./race-settings.testing.ts";
import { planSlices, planWarmUp } from "./slice-plan.ts";
import { shareOf } from "./workers.ts";

describe("planWarmUp", () => {
  test("without a time there is none", () => {
    expect(planWarmUp({ ...settings, ...exactWarmUp(0) })).toEqual([]);
  });

  test("a closed loop is preceded by closed slices of the time that was asked for", () => {
    const phases = planWarmUp({ ...settings, ...exactWarmUp(400) });
    expect(phases).toEqual([{ slice: { kind: "time", windowMs: 50 }, least: 8, most: 8 }]);
  });

  test("where it may take longer, more slices may follow", () => {
    const [phase] = planWarmUp({ ...settings, warmUpMs: 400, mostWarmUpMs: 750 });
    expect(phase).toMatchObject({ least: 8, most: 15 });
  });

  test("an open loop is preceded by open slices at its own first rate as well", () => {
    const stages = [
      { durationMs: 1000, rate: 200 },
      { durationMs: 1000, rate: 900 },
    ];
    const [fullSpeed, atRate] = planWarmUp({
      ...settings,
      warmUpMs: 400,
      mostWarmUpMs: 1500,
      open: { arrivals: "poisson", stages },
    });
    expect(fullSpeed).toEqual({ slice: { kind: "time", windowMs: 50 }, least: 8, most: 30 });
    expect(atRate).toMatchObject({
      slice: { kind: "open", plan: { kind: "poisson", stages: [{ durationMs: 100, rate: 200 }] } },
      least: 4,
      most: 15,
    });
  });

  test("a server that is not ours gets no more than the rate that was asked for", () => {
    const phases = planWarmUp({
      ...settings,
      warmUpMs: 400,
      mostWarmUpMs: 1500,
      mayExceedRate: false,
      open: { arrivals: "constant", stages: [{ durationMs: 1000, rate: 50 }] },
    });
    expect(phases).toHaveLength(1);
    expect(phases[0]).toMatchObject({
      slice: { kind: "open", plan: { stages: [{ durationMs: 100, rate: 50 }] } },
      least: 4,
      most: 15,
    });
  });

  test.each([
    [1, { durationMs: 1000, rate: 1 }, 1],
    [5, { durationMs: 200, rate: 5 }, 5],
    [12, { durationMs: 250, rate: 12 }, 4],
    [13, { durationMs: (3 / 13) * 1000, rate: 13 }, 4],
  ])("nor at %d/s, where a slice holds as many as are due in it", (rate, stage, least) => {
    const [phase] = planWarmUp({
      ...settings,
      ...exactWarmUp(1000),
      mayExceedRate: false,
      open: { arrivals: "constant", stages: [{ durationMs: 1000, rate }] },
    });
    expect(phase).toMatchObject({ slice: { plan: { stages: [stage] } }, least, most: least });
  });
});

describe("planSlices", () => {
  const paceOf = (meanNs: number, longNs = meanNs) => ({ meanNs, longNs });

  test("rivals take turns in slices of about 50 ms", () => {
    const slices = planSlices(settings, 0, 2, paceOf(1e5));
    expect(slices).toHaveLength(5);
    expect(slices[0]).toEqual({ kind: "time", windowMs: 50 });
  });

  test("slow answers make slices longer, up to the replicate's share", () => {
    expect(planSlices(settings, 0, 2, paceOf(10e6))).toHaveLength(3);
    expect(planSlices(settings, 0, 2, paceOf(10e9))).toEqual([{ kind: "time", windowMs: 250 }]);
  });

  test("a few long answers make slices as long as they are", () => {
    expect(planSlices(settings, 0, 2, paceOf(1e6, 120e6))).toHaveLength(2);
  });

  test("who races alone does so without turns", () => {
    expect(planSlices(settings, 0, 1, paceOf(1e5))).toEqual([{ kind: "time", windowMs: 250 }]);
  });

  test("an open loop's replicates have as many requests as one of their length would have", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3000 }),
        fc.integer({ min: 1, max: 9 }),
        (rate, replicates) => {
          const stages = [{ durationMs: 1000 / replicates, rate }];
          const open = { arrivals: "constant", stages } as const;
          let due = 0;
          for (let replicate = 0; replicate < replicates; replicate++) {
            const own = { ...settings, replicates, open };
            const [slice] = planSlices(own, replicate, 1, paceOf(1e5));
            if (slice?.kind !== "open") throw new Error("no open loop");
            const pacer = new Pacer(slice.plan, slice.share);
            due += pacer.skipUntil(planDurationMs(slice.plan) * 1e6);
          }
          expect(due).toBe(rate);
        },
      ),
    );
  });

  test("shares of requests add up exactly", () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), fc.integer({ min: 1, max: 50 }), (total, parts) => {
        const shares = Array.from({ length: parts }, (_, i) => shareOf(total, parts, i));
        expect(shares.reduce((sum, share) => sum + share, 0)).toBe(total);
        expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1);
      }),
    );
  });
});
