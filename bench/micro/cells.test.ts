import { expect, test } from "bun:test";
import { microCells } from "./cells.ts";
import { shapes } from "./grid.ts";

/** One point's cell, from the batches of each process. */
function cellOf(...processes: number[][]) {
  const sample = { strategy: "callback", processes: processes.map((own) => shapes.map(() => own)) };
  return microCells([sample])[0];
}

const steadyBatches = (ns: number) => Array.from({ length: 12 }, () => ns);

test("the interval is that of the value beside it, and not below no time at all", () => {
  const cell = cellOf(steadyBatches(100), steadyBatches(100), steadyBatches(400));
  const { value, interval } = cell?.metrics.nsPerResponse ?? {};
  // Mean 200, s = 173.2, half-width t(0.975, 2) × s / √3 = 4.302653 × 100 = 430.3.
  expect(value).toBe(200);
  expect(interval?.[0]).toBe(0);
  expect(interval?.[1]).toBeCloseTo(630.27, 2);
});

test("where most batches were disturbed the lower quartile is, too: invalid", () => {
  const calm = [...steadyBatches(100), ...steadyBatches(140)];
  const disturbed = [...steadyBatches(100).slice(0, 5), ...steadyBatches(170)];
  expect(cellOf(calm, calm, calm)).toMatchObject({ valid: true });
  const refused = cellOf(disturbed, disturbed, calm);
  expect(refused).toMatchObject({ valid: false, audit: [{ check: "steady", ok: false }] });
  expect(refused?.audit[0]?.detail).toBe(
    "the median batch took 1.70 times the lower quartile; most batches were disturbed: stop what else runs here",
  );
});
