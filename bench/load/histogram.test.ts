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

/** What encodeHistogram gave for 5000 durations. */
const exported =
  "HISTFAAABIB4nC2Uv2ok2xHGq/ucU12nTnWd06f/zPS0Rq3RqncRYhgLIRaxTCAuazu5oQOz3AcwRrEDM5lTReYGN1i4Dhz5BZxs7Cdw6IfwAwwY2a6sgo/vo/h9dfGnP7cAOABAAQAG/jcFgPnlL/7+8/9XKP5R/PqkJzrpaTjJiU96Sic+l3w2ei7oXOjZ8EnOBZ7sT4bORf5mu29FPsqRzwX+zer24lzoD/K1sNuLf5l01OPmXNBJvpZ8ou/kXGz2tOdvhX2xP6Tv9U27Puq5GF4Lfi2pTlt+ofv1uWAnS97L10K2wwst+lqkGv9a5CMe8yL/LMrP+Cg1vZabWl/4Mc/8PPxYyC67buG9Nul7+q3+LkF6s3FSk6efCj7eHPkvhdTJybP18tR9Hv5dpJFq3MpL7nmXn9cH9cNnelBHiwY724Mc+Em2lw/dA4OdychrcaFBPP4RJzlSsH1abRb5Q9JY/ir77un6ketU0W/wPn/h8bJOL3ynwEbe0XM6iM8VRwX9mHeD40X3PMRuyodNn4COtsq3wwMDz+UnqcSXHzMg2Nr6y99LzRPV+Z2tNu9kxQeM+EXWtTp6Zp9DvsPP6S5N3EqvI325Gt8Oqgf5RJEML2rSvqsI8oF9cqQNljOZtKVW3LBwyIGajeyvDuJLV24mdLpdO7nDmHYJKHJ9aWTimUC+Y3OJrjTkZbSNPNlAsK7Kit8S76i2oet11S3icrRBfNnKvutCeSutevbJy/7qkWphl/QT9+s2TzJztBVvdbyubdCPpeu2ekewMbQIcJSJDBuBYUyRoPPoNFpIO/LJrz33bJiXYZRaYN1gbUMy5e1NkwkQuKEP2aWKZrJmXanuBNZzigzsJUrFrgM82JjFSG19t7Itm2Skzz17MTSR6wzNAhd+vUWjER3ustfkS5BAKzJy4A0G62SmFj357NOkUb0FXNF07dWVva2HwD1CNqVfu7Itp0HSU26T4VB2Hpu8qNMRdxzZEPAOQSNOyMAMDDKXXkCdArvcYqAWjRjx6ghyT4491Z0fAgZplGYNF05SI03Z3Mh4VeVWK3Va2SmbK2M97hDWwEHrZNinWiIFggwJyjaBNtR0RiSo55W2ZN4D0V68GgtYc0WOe6251rCOaLooLi9kjTisMMhKDUXd3pBGfHfRqk++A3U4c7j2POXA9U2VaE9h0xIZhdLrpJNkjewwpEZHqdGn0YYyaqRIQHcK1uQP6Q018hzRDOJ4xYBGKgHbUHwPHBhkyj577clsGqzQ3/g0raG8brTGgFUOCENLTVbIoFDWXFNNwI4NVTqLmi6ZzaIqkFsN7AXSfyFRlzzXzD06rpBa8WWfpveTBKnQlCatJFpDkRry2OdAno3YRR0bTo8ITHjAWkCAZ23Js9O3PkfyiHPqN61t0xsho1bieKJJMi2bRgwF3mmTRp2S1w/SCwx31unMDLoVY9NIvlsRlJUANhKzES+9VgQ4pioBjuLI2ZU22HYriTrq28PzdoeOFjbdLd5Zut2Y9ZIqPqR7Osi9PNj78t4+4AP+B77ThVU=";

test("an exported histogram decodes elsewhere: HdrHistogram 2.1.11 for Java gives these percentiles", () => {
  // Histogram.decodeFromCompressedByteBuffer(Base64.getDecoder().decode(exported), 0), from Debian's
  // libhdrhistogram-java: getValueAtPercentile, getTotalCount, getMean.
  const decoded = decodeHistogram(exported);
  const percentiles = [50, 90, 99, 99.9].map((percent) => decoded.getValueAtPercentile(percent));
  expect(percentiles).toEqual([747007, 3540991, 5824511, 6778879]);
  expect(decoded.totalCount).toBe(5000);
  expect(decoded.mean).toBeCloseTo(1298655.64, 1);
});
