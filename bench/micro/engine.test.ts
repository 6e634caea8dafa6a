import { expect, test } from "bun:test";
import { findStrategy } from "../../src/strategies/registry.ts";
import { fullBatchAfter, measureShape } from "./engine.ts";
import { shapes } from "./grid.ts";

test("all that mitata measures is kept: at least twelve batches, however long each takes", async () => {
  // Each piece of a large head is searched again: this response takes milliseconds, which mitata warms up less for.
  const [shape] = shapes as [(typeof shapes)[number]];
  const bytes = shape.chunks[0] as Uint8Array;
  const many = Array.from({ length: 20_000 }, () => bytes.slice(-1));
  const long = {
    ...shape,
    bodyBytes: many.length,
    chunks: [
      new TextEncoder().encode(`HTTP/1.1 200 OK\r\nContent-Length: ${many.length}\r\n\r\n`),
      ...many,
    ],
  };
  const samplesNs = await measureShape(findStrategy("future"), long, 1);
  expect(samplesNs).toHaveLength(12);
});

test("a batch that was disturbed does not decide how many responses fill a sample", () => {
  let calls = 0;
  const batchNs = () => {
    Bun.sleepSync(1);
    return ++calls > 3 ? 50_000 : 100;
  };
  expect(fullBatchAfter(20, batchNs)).toBe(1000);
});
