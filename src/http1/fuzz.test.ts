import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { asError, MalformedResponseError, ReadError } from "../errors.ts";
import { exchange } from "../exchange.ts";
import { dialMemory, type MemoryTransport } from "../memory.ts";
import { parsingStrategies } from "../strategies/registry.ts";
import { arbitraryMethod, arbitraryMutant, arbitraryResponse } from "./arbitrary.testing.ts";
import { encodeRequest, type Method } from "./request.ts";
import { ResponseCollector } from "./response.ts";
import { bytesOf, cut, ownBytes } from "./wire.testing.ts";

/**
 * 5 s of a fixed seed by default; READRACE_FUZZ_MS and READRACE_FUZZ_SEED ask for more. What breaks
 * something becomes a case of conformance-cases.ts.
 */
const fuzzMs = Number(process.env.READRACE_FUZZ_MS ?? 5000);
const seed = Number(process.env.READRACE_FUZZ_SEED ?? 20261123);

/** What one response became, or why it was refused: nothing in it may depend on how bytes are cut. */
function outcomeOfError(error: Error): string {
  // Any other error is a bug, and fails the property.
  if (!(error instanceof ReadError)) throw error;
  const { kind } = error;
  // How many bytes were unasked for at once depends on the cuts.
  return error instanceof MalformedResponseError ? `${kind}: ${error.message}` : kind;
}

function collect(method: Method, pieces: readonly string[]): string {
  const collector = new ResponseCollector("message");
  collector.begin({ method });
  try {
    for (const [index, piece] of pieces.entries()) {
      const used = collector.feed(bytesOf(piece));
      if (!collector.complete) continue;
      const last = index === pieces.length - 1 && used === piece.length;
      return last ? describeResponse(collector) : "unsolicited";
    }
    collector.feedEof();
    return describeResponse(collector);
  } catch (error) {
    return outcomeOfError(asError(error));
  }
}

function describeResponse(collector: ResponseCollector): string {
  const { status, persistent, bodyLength, headers, trailers, ...rest } = collector.take();
  const body = Buffer.concat([...rest.bodyChunks]).toString("latin1");
  expect(bodyLength).toBe(body.length);
  return JSON.stringify([status, persistent, body, [...headers], [...trailers]]);
}

async function collectOver(
  strategy: (typeof parsingStrategies)[number],
  method: Method,
  pieces: readonly string[],
): Promise<string> {
  let peer: MemoryTransport | undefined;
  const dial = dialMemory((transport) => {
    peer = transport;
  });
  const connection = await strategy.connect(dial, "message");
  const request = encodeRequest({ method, host: "test", target: "/" });
  const response = exchange(connection, request, 10_000);
  const answered = response.then(
    ({ status, bodyLength, persistent }) => `${status} ${bodyLength} ${persistent}`,
    (error: unknown) => outcomeOfError(asError(error)),
  );
  await Promise.resolve();
  for (const piece of pieces) peer?.deliver(bytesOf(piece));
  peer?.deliverEof();
  const outcome = await answered;
  connection.close();
  return outcome;
}

const cuts = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 });
const bounds = { seed, numRuns: 1_000_000, endOnFailure: true, markInterruptAsFailure: false };
const wires = {
  "random bytes": fc.oneof(
    fc.string({ unit: "binary-ascii", maxLength: 60 }),
    fc.string({ maxLength: 60 }).map((text) => `HTTP/1.1 200 OK\r\n${text}`),
  ),
  "valid responses": arbitraryResponse,
  "mutants of valid responses": arbitraryMutant,
};
const share = fuzzMs / (2 * Object.keys(wires).length);

describe.each(Object.entries(wires))("%s", (_, wire) => {
  test(
    "end the same however they are cut, and only in ways that are listed",
    () => {
      const property = fc.property(arbitraryMethod, wire, cuts, (method, wire, lengths) => {
        const whole = collect(method, [wire]);
        expect(collect(method, cut(wire, lengths))).toBe(whole);
        expect(collect(method, cut(wire, [1]))).toBe(whole);
      });
      fc.assert(property, { ...bounds, interruptAfterTimeLimit: share });
    },
    fuzzMs + 10_000,
  );

  test(
    "mean the same to every strategy",
    async () => {
      const property = fc.asyncProperty(
        arbitraryMethod,
        wire,
        cuts,
        async (method, wire, lengths) => {
          const pieces = cut(ownBytes(method, wire), lengths);
          const [first, ...others] = await Promise.all(
            parsingStrategies.map((strategy) => collectOver(strategy, method, pieces)),
          );
          expect(others).toEqual(others.map(() => first ?? ""));
        },
      );
      await fc.assert(property, { ...bounds, interruptAfterTimeLimit: share });
    },
    fuzzMs + 10_000,
  );
});

test("valid responses are never refused", () => {
  const property = fc.property(arbitraryMethod, arbitraryResponse, (method, wire) => {
    expect(collect(method, [wire])).not.toStartWith("malformed");
  });
  fc.assert(property, { seed, numRuns: 2000 });
});
