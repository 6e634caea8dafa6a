import { expect, test } from "bun:test";
import { parseCpuList } from "./affinity.ts";

test.each([
  ["0-1", [0, 1]],
  ["2,5-7", [2, 5, 6, 7]],
  ["3", [3]],
  ["", []],
])("the cores of %p", (list, cores) => {
  expect(parseCpuList(list)).toEqual(cores);
});
