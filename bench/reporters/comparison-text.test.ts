import { expect, test } from "bun:test";
import { formatChange, formatChangeInterval } from "./comparison-text.ts";

test.each([
  [1.032, "+3.2 %"],
  [0.968, "−3.2 %"],
  [4.99, "+399.0 %"],
  [5, "5 times"],
  [1058.4, "1060 times"],
])("a ratio of %d is %s", (ratio, words) => {
  expect(formatChange(ratio)).toBe(words);
});

test("an interval is in one unit", () => {
  expect(formatChangeInterval([0.99, 1.012])).toBe("−1.0 % to +1.2 %");
  expect(formatChangeInterval([4.2, 6.1])).toBe("4.2 to 6.1 times");
  expect(formatChangeInterval(undefined)).toBe("-");
});
