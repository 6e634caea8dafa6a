import { expect, test } from "bun:test";
import { renderCostModels } from "./cost-models.ts";

/** Coefficients of each process: a response, a chunk, more in the head, a byte. */
function model(strategy: string, processes: number[][]) {
  const cost = (at: number) => ({ value: (processes[0] as number[])[at] as number });
  return {
    strategy,
    perResponseNs: cost(0),
    perChunkNs: cost(1),
    perHeadPieceNs: cost(2),
    perByteNs: cost(3),
    processes,
    heldOutError: 0.01,
    worst: { point: "13 B, whole", error: 0.02 },
    holds: true,
  };
}

const first = model("callback", [
  [300, 40, 90, 0.01],
  [400, 50, 90, 0.01],
  [350, 45, 90, 0.01],
]);
const sentence = (processes: number[][]) =>
  renderCostModels([first, model("future", processes)])
    .split("\n")
    .at(-2);

test("what a strategy costs more is that of processes which ran side by side", () => {
  // 100, 102 and 98 ns a response more, 10 a chunk each time, while processes differ by 100 ns.
  const beside = [
    [400, 50, 90, 0.01],
    [502, 60, 90, 0.01],
    [448, 55, 90, 0.01],
  ];
  expect(sentence(beside)).toBe(
    "future costs 100 ns a response more and 10.0 ns a chunk more than callback.",
  );
});

test("a difference that is not clear of none is not told as one", () => {
  const scattered = [
    [310, 30, 90, 0.01],
    [380, 40, 90, 0.01],
    [360, 35, 90, 0.01],
  ];
  expect(sentence(scattered)).toBe(
    "future costs 10.0 ns a chunk less than callback; of a response no difference could be told.",
  );
  expect(sentence(first.processes)).toBe(
    "future costs neither more nor less than callback that could be told.",
  );
});

test("of one process, or of a result that holds none, no difference is told", () => {
  const [one] = first.processes as [number[]];
  const tables = [
    renderCostModels([model("callback", [one]), model("future", [one])]),
    renderCostModels([first, model("future", [one])].map(({ processes: _, ...own }) => own)),
  ];
  for (const table of tables) expect(table).not.toContain("future costs");
});

test("a cost below nothing is rounded as others are", () => {
  const odd = { ...first, perChunkNs: { value: -120, interval: [-150, -10] as [number, number] } };
  expect(renderCostModels([odd])).toContain(" -120 [-150, -10] ns ");
});
