import { expect, test } from "bun:test";
import fc from "fast-check";
import { findRate } from "./find-rate.ts";

test("the highest rate is found to 3 %, wherever it lies", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 1_000_000 }), async (capacity) => {
      let trials = 0;
      const { met, missed } = await findRate(8000, (rate) => {
        trials++;
        return Promise.resolve(rate <= capacity);
      });
      expect(met ?? 0).toBeLessThanOrEqual(capacity);
      if (met !== undefined && missed !== undefined) {
        expect(missed).toBeGreaterThan(capacity);
        if (capacity > 100) expect(missed / met).toBeLessThanOrEqual(1.04);
      }
      expect(trials).toBeLessThanOrEqual(32);
    }),
  );
});

test("one stall of the machine does not end the search", async () => {
  const stalled = new Set<number>();
  const { met } = await findRate(8000, (rate) => {
    const first = !stalled.has(rate);
    stalled.add(rate);
    return Promise.resolve(rate <= 20_000 && !first);
  });
  expect(met).toBeGreaterThan(19_000);
});

test("an objective that no rate meets is said so", async () => {
  expect((await findRate(8000, () => Promise.resolve(false))).met).toBeUndefined();
});
