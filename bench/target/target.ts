import { type Fixture, isRaw, pathOf } from "../../fixtures/fixture.ts";
import { findFixture } from "../../fixtures/registry.ts";
import type { ServerSource } from "../../server/messages.ts";
import { asError, ReadError } from "../../src/errors.ts";
import type { Reading } from "../../src/http1/response.ts";
import type { TcpEndpoint } from "../../src/protocol.ts";
import { ClientSession } from "../../src/session.ts";
import { UserError } from "../errors.ts";
import type { ExpectedAnswer } from "../load/messages.ts";
import type { RaceSettings } from "../plan.ts";
import { unlessAborted } from "../system/interrupt.ts";
import { plural } from "../units.ts";
import { startServer } from "./server-process.ts";

/** Where one fixture is fetched, and what must come back. */
export interface TargetFixture {
  readonly endpoint: TcpEndpoint;
  readonly requestTarget: string;
  readonly expected: ExpectedAnswer;
}

/** What a race runs against: our server, or any other. */
export interface Target {
  /** Our own server's process, bound to its core; the generators keep off it. */
  readonly onServerCore: boolean;
  fixture(name: string): TargetFixture;
  /** CPU time of the server so far in nanoseconds; undefined when it is not ours to ask. */
  serverCpuNs(): Promise<number | undefined>;
  stop(): Promise<void>;
}

/** A server that is not ours to ask or to stop. */
const notOurs = {
  serverCpuNs: () => Promise.resolve(undefined),
  stop: () => Promise.resolve(),
};

/** Our own server, started for this run on a free loopback port. */
export async function ownTarget(source: ServerSource, names: readonly string[]): Promise<Target> {
  const server = await startServer({ host: "127.0.0.1", port: 0, source }, "server");
  const fixtures = new Map(
    names.map((name) => {
      const fixture = findFixture(name);
      const base = isRaw(fixture) ? server.rawUrl : server.url;
      return [name, locate(new URL(pathOf(fixture), base), expectedAnswer(fixture.body()))];
    }),
  );
  return {
    onServerCore: true,
    fixture: (name) => lookUp(fixtures, name),
    serverCpuNs: server.cpuNs,
    stop: server.stop,
  };
}

/**
 * Any other HTTP/1.1 server: what it answers now is what it must go on answering. With fixtures,
 * their paths below the URL; without, the URL itself. Once `signal` is aborted no answer is waited for.
 */
export async function otherTarget(
  base: URL,
  names: readonly string[],
  { reading, timeouts, pipeline }: Pick<RaceSettings, "reading" | "timeouts" | "pipeline">,
  signal: AbortSignal,
): Promise<Target> {
  const session = new ClientSession({
    reading,
    timeoutMs: timeouts.wholeMs,
    connectTimeoutMs: timeouts.connectMs,
    firstByteTimeoutMs: timeouts.firstByteMs,
  });
  const urls = names.map((name): [string, URL] => [name, urlBelow(base, name)]);
  const fixtures = new Map<string, TargetFixture>();
  for (const [name, url] of urls) {
    const learnt = await unlessAborted(learn(session, url, reading), signal);
    if (learnt === undefined) break;
    const { expected, persistent } = learnt;
    if (pipeline > 1 && !persistent) {
      throw new UserError(
        `${url.href} closes its connection with each answer, so that nothing can be pipelined; leave out --pipeline`,
      );
    }
    if (url !== base) refuseOther(url, findFixture(name), expected);
    fixtures.set(name, locate(url, expected));
  }
  session.close();
  return { ...notOurs, onServerCore: false, fixture: (name) => lookUp(fixtures, name) };
}

/** What lies below a target must be the fixture itself: a name stands for its bytes. */
function refuseOther(url: URL, { name, body }: Fixture, found: ExpectedAnswer): void {
  const wanted = expectedAnswer(body());
  if (found.sha256 === wanted.sha256) return;
  throw new UserError(
    `${url.href} has ${plural(found.bodyBytes, "byte")} that are not those of the fixture ${name} ` +
      `(${wanted.bodyBytes}): put that file there, or name its URL alone, without -f`,
  );
}

/** A server on this machine that gives the same answer to everything, and is not ours to stop. */
export function fixedTarget(port: number, expected: ExpectedAnswer, onServerCore: boolean): Target {
  const fixture: TargetFixture = {
    endpoint: { host: "127.0.0.1", port },
    requestTarget: "/",
    expected,
  };
  return { ...notOurs, onServerCore, fixture: () => fixture };
}

/** The name under which a target's own URL is raced. */
export function targetFixtureName(url: URL): string {
  return url.pathname + url.search;
}

function urlBelow(base: URL, name: string): URL {
  if (name === targetFixtureName(base)) return base;
  const directory = base.pathname.endsWith("/") ? base.pathname : `${base.pathname}/`;
  // Not as a reference, which would take a path that begins with // for another host.
  const url = new URL(base);
  url.pathname = directory + findFixture(name).file;
  url.search = "";
  return url;
}

function locate(url: URL, expected: ExpectedAnswer): TargetFixture {
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const endpoint = { host, port: Number(url.port || 80) };
  return { endpoint, requestTarget: url.pathname + url.search, expected };
}

function lookUp(fixtures: ReadonlyMap<string, TargetFixture>, name: string): TargetFixture {
  const found = fixtures.get(name);
  if (found === undefined) throw new Error(`no fixture is named "${name}"`);
  return found;
}

/** A good answer with that body. */
export function expectedAnswer(body: Uint8Array): ExpectedAnswer {
  return { status: 200, bodyBytes: body.length, sha256: sha256(body) };
}

async function learn(session: ClientSession, url: URL, reading: Reading) {
  try {
    const answer = await session.get(url.href);
    const { status, headers, bodyLength, bodyChunks, persistent } = answer;
    if (status !== 200) {
      const location = headers.get("location");
      const to = location === null ? "" : ` (to ${location})`;
      throw new UserError(`${url.href} answers ${status}${to}; name a URL that answers 200`);
    }
    const expected: ExpectedAnswer = {
      status,
      bodyBytes: bodyLength,
      sha256: sha256(...bodyChunks),
    };
    return { expected, persistent };
  } catch (cause) {
    if (cause instanceof UserError) throw cause;
    const why = `--target cannot be raced: ${asError(cause).message}`;
    throw new UserError([why, ...whatToAsk(cause, reading)].join("; "), { cause });
  }
}

function whatToAsk(cause: unknown, reading: Reading): readonly string[] {
  // What came was read, and says itself what is wrong with it.
  if (!(cause instanceof ReadError) || cause.kind === "malformed") return [];
  const isLate = cause.kind === "timeout" || cause.kind === "first-byte-timeout";
  if (isLate && reading === "eof") {
    return ["does it close its connections? --close reads until it does"];
  }
  return isLate
    ? ["is an HTTP server running there? one that is slower takes a longer --timeout"]
    : ["is an HTTP server running there?"];
}

function sha256(...chunks: readonly Uint8Array[]): string {
  const hasher = new Bun.CryptoHasher("sha256");
  for (const chunk of chunks) hasher.update(chunk);
  return hasher.digest("hex");
}
