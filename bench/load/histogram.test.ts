import { expect, test } from "bun:test";
import fc from "fast-check";
import { createHistogram, decodeHistogram, encodeHistogram, mergeHistograms } from "./histogram.ts";

const valuesNs = fc.array(fc.integer({ min: 1, max: 2 ** 40 }), { minLength: 2, maxLength: 200 });

function of(values: readonly number[]) {
  const histogram = createHistogram();
  for (const value of values) histogram.recordValue(value);
  return histogram;
}

test("two halves merged equal the whole, exactly", () => {
  fc.assert(
    fc.property(valuesNs, (values) => {
      const half = values.length >> 1;
      const merged = mergeHistograms([of(values.slice(0, half)), of(values.slice(half))]);
      expect(encodeHistogram(merged)).toBe(encodeHistogram(of(values)));
    }),
    { numRuns: 50 },
  );
});

test("text is lossless", () => {
  fc.assert(
    fc.property(valuesNs, (values) => {
      const before = of(values);
      const after = decodeHistogram(encodeHistogram(before));
      for (const percent of [0, 50, 90, 99, 99.9, 100]) {
        expect(after.getValueAtPercentile(percent)).toBe(before.getValueAtPercentile(percent));
      }
      expect(after.totalCount).toBe(values.length);
    }),
    { numRuns: 50 },
  );
});

test("percentiles are within three digits of the exact ones", () => {
  fc.assert(
    fc.property(valuesNs, (values) => {
      const exact = [...values].sort((a, b) => a - b)[Math.ceil(values.length / 2) - 1] ?? 0;
      const measured = of(values).getValueAtPercentile(50);
      expect(Math.abs(measured - exact)).toBeLessThanOrEqual(Math.max(1, exact / 1000));
    }),
  );
});
