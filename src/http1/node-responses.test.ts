import { expect, test } from "bun:test";
import { join } from "node:path";
import fc from "fast-check";
import { asError, unsolicitedError } from "../errors.ts";
import { arbitraryMethod, arbitraryMutant, arbitraryResponse } from "./arbitrary.testing.ts";
import type { Method } from "./request.ts";
import { ResponseCollector } from "./response.ts";
import { bytesOf, cut, ownBytes } from "./wire.testing.ts";

const responses = 4000;

/** Where we and Node may differ, and why; anything else is a bug of one of the two. */
const listedDifferences: readonly {
  readonly who: "only we refuse" | "only Node refuses";
  readonly what: RegExp;
  readonly why: string;
}[] = [
  {
    who: "only we refuse",
    what: /a transfer coding other than one chunked/,
    why: "RFC 9112 6.1: a coding that we cannot decode; Node hands the coded bytes on",
  },
  {
    who: "only we refuse",
    what: /does not begin with "HTTP\/1\."/,
    why: "RFC 9112 2.2 lets empty lines stand before a request, not before a response",
  },
  {
    who: "only we refuse",
    what: /101 Switching Protocols, which was not asked for/,
    why: "RFC 9110 15.2.2: a switch to no protocol; Node takes it for any interim response",
  },
  {
    who: "only we refuse",
    what: /a bare CR in the reason phrase/,
    why: "RFC 9112 2.2: a bare CR is refused; Node lets one stand before CR LF",
  },
  {
    who: "only we refuse",
    what: /the reason phrase holds the byte/,
    why: "RFC 9112 4: a reason phrase has no control characters",
  },
  {
    who: "only we refuse",
    what: /the status \d+ is not from 100 to 599/,
    why: "RFC 9110 15: a status is from 100 to 599",
  },
  {
    who: "only Node refuses",
    what: /HPE_INVALID_CHUNK_SIZE/,
    why: "RFC 9112 7.1.1: white space may stand before a chunk extension",
  },
  {
    who: "only Node refuses",
    what: /HPE_INVALID_CONTENT_LENGTH/,
    why: "RFC 9112 5: a tab is white space too, also behind a length",
  },
  {
    who: "only Node refuses",
    what: /HPE_CLOSED_CONNECTION/,
    why: "RFC 9112 9.3: what an interim response says of the connection, its version say, ends nothing",
  },
  {
    who: "only Node refuses",
    what: /HPE_STRICT/,
    why: "RFC 9112 7.1.1: unknown chunk extensions are ignored, whatever their quotes",
  },
];

interface Outcome {
  readonly error?: string;
  readonly read?: string;
}

interface NodeOutcome {
  readonly error?: string;
  readonly status: number;
  readonly body: string;
  readonly rawHeaders: readonly string[];
  readonly rawTrailers: readonly string[];
}

function readByUs(method: Method, pieces: readonly string[]): Outcome {
  const collector = new ResponseCollector("message");
  collector.begin({ method });
  try {
    for (const piece of pieces) {
      const used = collector.feed(bytesOf(piece));
      if (used < piece.length) throw unsolicitedError(piece.length - used);
    }
    if (!collector.complete) collector.feedEof();
    const { status, headers, trailers, bodyChunks } = collector.take();
    const body = Buffer.concat([...bodyChunks]).toString("latin1");
    return { read: JSON.stringify([status, body, [...headers], [...trailers]]) };
  } catch (error) {
    return { error: asError(error).message };
  }
}

function readByNode({ error, status, body, rawHeaders, rawTrailers }: NodeOutcome): Outcome {
  if (error !== undefined) return { error };
  const fields = [rawHeaders, rawTrailers].map((raw) => {
    const headers = new Headers();
    for (let i = 0; i < raw.length; i += 2) headers.append(raw[i] ?? "", raw[i + 1] ?? "");
    return [...headers];
  });
  return { read: JSON.stringify([status, body, ...fields]) };
}

function isListed(who: "only we refuse" | "only Node refuses", error: string): boolean {
  return listedDifferences.some((listed) => listed.who === who && listed.what.test(error));
}

const node = Bun.which("node");

test.skipIf(node === null)(
  `${responses} random responses, randomly split, are to Node's own parser what they are to ours [skipped without node]`,
  async () => {
    const wire = fc.oneof(arbitraryResponse, arbitraryMutant);
    const lengths = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 4 });
    const all = fc
      .sample(fc.tuple(arbitraryMethod, wire, lengths), { numRuns: responses, seed: 20261123 })
      // What follows a response is the next one's, and seen sooner or later.
      .map(([method, wire, lengths]) => ({ method, pieces: cut(ownBytes(method, wire), lengths) }));
    const child = Bun.spawn([node ?? "", join(import.meta.dir, "node-responses.mjs")], {
      stdin: new Blob([JSON.stringify(all)]),
      stdout: "pipe",
    });
    const theirs = (await new Response(child.stdout).json()) as NodeOutcome[];
    expect(await child.exited).toBe(0);
    let same = 0;
    for (const [i, { method, pieces }] of all.entries()) {
      const ours = readByUs(method, pieces);
      const nodes = readByNode(theirs[i] as NodeOutcome);
      if (ours.error !== undefined && nodes.error !== undefined) continue;
      if (ours.error !== undefined && isListed("only we refuse", ours.error)) continue;
      if (nodes.error !== undefined && isListed("only Node refuses", nodes.error)) continue;
      expect({ method, pieces, ...ours }).toEqual({ method, pieces, ...nodes });
      same++;
    }
    expect(same).toBeGreaterThan(responses / 3);
  },
  60_000,
);
