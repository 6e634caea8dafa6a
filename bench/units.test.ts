import { expect, test } from "bun:test";
import {
  formatBytes,
  formatCount,
  formatNs,
  parseCount,
  parseDurationMs,
  parseQuantity,
} from "./units.ts";

test.each([
  ["500ms", 500],
  ["10s", 10_000],
  ["1.5s", 1500],
  ["2m", 120_000],
  ["1h", 3_600_000],
  ["0", 0],
  ["10", undefined],
  ["banana", undefined],
  ["-1s", undefined],
  ["", undefined],
])("the duration %s", (text, ms) => {
  expect(parseDurationMs(text)).toBe(ms as number);
});

test.each([
  ["64", 64],
  ["10k", 10_000],
  ["1.5K", 1500],
  ["2M", 2_000_000],
  // 16.1 * 1000 is 16100.000000000002.
  ["16.1k", 16_100],
  ["1.001k", 1001],
  ["1.0005k", undefined],
  ["1.5", undefined],
  ["1e3", undefined],
  ["-5", undefined],
  ["", undefined],
])("the count %s", (text, count) => {
  expect(parseCount(text)).toBe(count as number);
});

test("a quantity takes the unit of its metric", () => {
  expect(parseQuantity("5constructor", "ns")).toBeUndefined();
  expect(parseQuantity("5toString", "1")).toBeUndefined();
  expect(parseQuantity("5ms", "ns")).toBe(5e6);
  expect(parseQuantity("5us", "ns")).toBe(5e3);
  expect(parseQuantity("20k", "1/s")).toBe(20_000);
  expect(parseQuantity("20k/s", "1/s")).toBe(20_000);
  expect(parseQuantity("100 MB", "B")).toBe(1e8);
  expect(parseQuantity("1.5GB/s", "B/s")).toBe(1.5e9);
  expect(parseQuantity("5ms", "1/s")).toBeUndefined();
});

test("figures have three digits and a unit that suits", () => {
  expect([8.712e3, 9.996e3, 99.96e3, 999.96e3, 1e6, 12, 1.5e9].map(formatNs)).toEqual([
    "8.71 µs",
    "10.0 µs",
    "100 µs",
    "1.00 ms",
    "1.00 ms",
    "12.0 ns",
    "1.50 s",
  ]);
  expect([64, 999, 1000, 114_283, 2.5].map(formatCount)).toEqual([
    "64",
    "999",
    "1.00k",
    "114k",
    "2.50",
  ]);
  expect(formatBytes(25_300_000_000)).toBe("25.3 GB");
});
