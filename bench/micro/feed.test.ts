import { describe, expect, test } from "bun:test";
import { createFeed } from "./feed.ts";
import { shapes } from "./grid.ts";
import { readers } from "./readers.ts";

describe.each(readers.map((strategy) => [strategy.name, strategy] as const))(
  "%s",
  (_, strategy) => {
    test("reads every point of the grid, again and again", async () => {
      for (const shape of shapes) {
        const read = await createFeed(strategy, shape);
        for (let i = 0; i < 3; i++) read();
      }
    });

    test("a response that is not whole is an error, never a fast sample", async () => {
      const [shape] = shapes as [(typeof shapes)[number]];
      const cut = { ...shape, chunks: [(shape.chunks[0] as Uint8Array).subarray(0, 20)] };
      const read = await createFeed(strategy, cut);
      expect(read).toThrow("did not read");
    });
  },
);

test("every point says truly how many bytes, chunks and pieces of head it has", () => {
  for (const { bodyBytes, chunks, headPieces } of shapes) {
    const whole = Buffer.concat(chunks as Uint8Array[]);
    const headLength = whole.indexOf("\r\n\r\n") + 4;
    expect(whole.length - headLength).toBe(bodyBytes);
    let seen = 0;
    const within = chunks.filter((chunk) => {
      seen += chunk.length;
      return seen < headLength;
    });
    expect(within.length).toBe(headPieces);
  }
});
