import { expect, test } from "bun:test";
import { fitCostModel } from "./cost-model.ts";
import { shapes } from "./grid.ts";

const cost = (scale: number, extra: (bodyBytes: number) => number) =>
  shapes.map(
    ({ chunks, headPieces, bodyBytes }) =>
      scale * (300 + 40 * chunks.length + 90 * headPieces + 0.01 * bodyBytes) + extra(bodyBytes),
  );

test("costs are found again from times that follow them, and predict what was left out", () => {
  const model = fitCostModel("callback", shapes, [
    cost(0.95, () => 0),
    cost(1, () => 0),
    cost(1.05, () => 0),
  ]);
  expect(model.perResponseNs.value).toBeCloseTo(300, 6);
  expect(model.perChunkNs.value).toBeCloseTo(40, 6);
  expect(model.perHeadPieceNs.value).toBeCloseTo(90, 6);
  expect(model.perByteNs.value).toBeCloseTo(0.01, 9);
  // Mean 300 ± t(0.975, 2) × 15 / √3 = 300 ± 4.302653 × 8.660254.
  expect(model.perResponseNs.interval?.[0]).toBeCloseTo(262.738, 2);
  expect(model.heldOutError).toBeLessThan(1e-9);
  expect(model.holds).toBe(true);
});

test("times that follow another law are told, with the point that is missed most", () => {
  const model = fitCostModel("callback", shapes, [
    cost(1, (bodyBytes) => (Math.clz32(bodyBytes) % 4 < 2 ? 100_000 : 0)),
  ]);
  expect(model.holds).toBe(false);
  expect(model.worst.point).not.toBe("");
});
