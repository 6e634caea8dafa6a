import { afterEach, describe, expect, test } from "bun:test";
import type { Socket } from "bun";
import { until } from "../../src/until.testing.ts";
import { measured } from "../measured.testing.ts";
import { contenders, references } from "../references/registry.ts";
import { loadClient } from "./clients.ts";
import { Driver } from "./driver.ts";
import { histogramOf } from "./histogram.ts";
import { type GeneratorOptions, once, type SliceLength, type WarmUpPhase } from "./messages.ts";

const ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

/** A server that answers a request as it is told to, and counts its connections. */
function serve(answer: (socket: Socket, data: Buffer) => void, port = 0) {
  let open = 0;
  const listener = Bun.listen({
    hostname: "127.0.0.1",
    port,
    socket: {
      open: () => void open++,
      data: answer,
      close: () => void open--,
      error() {},
    },
  });
  const stop = () => listener.stop(true);
  stops.push(stop);
  return { port: listener.port, stop, open: () => open };
}

function optionsFor(
  strategy: string,
  port: number,
  timeouts: Partial<GeneratorOptions["timeouts"]> = {},
  pipeline = 1,
): GeneratorOptions {
  return {
    strategy,
    endpoint: { host: "127.0.0.1", port },
    requestTarget: "/",
    connections: 4,
    pipeline,
    reading: "message",
    transport: "direct",
    // Longer than a busy machine stands still: an answer that waited for it is no fault of the server.
    timeouts: { connectMs: 4000, firstByteMs: 4000, wholeMs: 4000, ...timeouts },
    expected: {
      status: 200,
      bodyBytes: 2,
      sha256: new Bun.CryptoHasher("sha256").update("ok").digest("hex"),
    },
  };
}

async function drive(
  strategy: string,
  port: number,
  timeouts: Partial<GeneratorOptions["timeouts"]>,
  pipeline = 1,
) {
  const client = await loadClient(strategy, undefined, "direct");
  return new Driver(client, optionsFor(strategy, port, timeouts, pipeline));
}

test.each(contenders.map(({ name }) => [name] as const))(
  "%s: an answer whose first byte does not come is counted as that, and load goes on",
  async (name) => {
    let requests = 0;
    const server = serve((socket) => {
      if (++requests % 5 !== 0) socket.write(ok);
    });
    const client = await loadClient(name, undefined, "direct");
    const options = optionsFor(name, server.port, { firstByteMs: 60 });
    const driver = new Driver(client, { ...options, connections: 64 });
    const { requests: counts } = await driver.runSlice({ kind: "requests", count: 320 });
    const { errors, reopened } = driver.finish();
    expect(counts.issued).toBe(320);
    expect(counts.ok + counts.failed).toBe(320);
    expect(errors).toEqual({ "first-byte-timeout": counts.failed });
    expect(counts.failed).toBeGreaterThan(0);
    if (!isReference(name)) expect(reopened).toBeGreaterThanOrEqual(counts.failed);
  },
);

/** A reference opens its connections itself, and does not tell. */
function isReference(name: string): boolean {
  return references.some((reference) => reference.name === name);
}

test.each(contenders.map(({ name }) => [name] as const))(
  "%s: a server that is restarted in mid-run costs failures, and the run goes on",
  async (name) => {
    let answers = 0;
    const first = serve((socket) => {
      answers++;
      socket.write(ok);
    });
    const driver = await drive(name, first.port, {});
    const slice = driver.runSlice({ kind: "time", windowMs: 600 });
    // undici compiles its parser with its first answer, which may take long on a busy machine.
    await until(() => answers >= 40);
    first.stop();
    const before = answers;
    await Bun.sleep(100);
    const second = serve((socket) => {
      answers++;
      socket.write(ok);
    }, first.port);
    const { requests } = await slice;
    const { errors, reopened } = driver.finish();
    expect(answers).toBeGreaterThan(before);
    expect(requests.issued).toBe(requests.ok + requests.failed);
    expect(requests.failed).toBe(Object.values(errors).reduce((sum, count) => sum + count, 0));
    expect(Object.keys(errors).filter((kind) => !lostKinds.includes(kind))).toEqual([]);
    expect(reopened).toBe(isReference(name) ? 0 : 4);
    // A reference may keep connections in a pool of its own.
    if (!isReference(name)) expect(await until(() => second.open() === 0)).toBe(true);
  },
  measured,
);

/** What a connection to a server that is stopped may end with. */
const lostKinds = ["reset", "closed-early", "connect-refused"];

test("the first byte of an answer in two pieces is timed when it comes, whatever came before", async () => {
  let requests = 0;
  const server = serve((socket) => {
    const pieces = [ok.slice(0, -2), ok.slice(-2)];
    // The first answers are whole, so that the length of one is known.
    if (++requests <= 8) socket.write(ok);
    else {
      socket.write(pieces[0] as string);
      setTimeout(() => socket.write(pieces[1] as string), 20);
    }
  });
  const driver = await drive("callback", server.port, {});
  await driver.warmUp([once({ kind: "requests", count: 4 })]);
  await driver.runSlice({ kind: "requests", count: 20 });
  const { firstByte, serviceTime, chunks } = driver.finish();
  const whole = histogramOf(serviceTime);
  expect(whole.getValueAtPercentile(50)).toBeGreaterThan(15e6);
  expect(histogramOf(firstByte).getValueAtPercentile(50)).toBeLessThan(15e6);
  expect(chunks).toBeGreaterThan(whole.totalCount * 1.5);
});

test.each([
  ["timeout", { wholeMs: 10 }],
  ["first-byte-timeout", { firstByteMs: 10 }],
] as const)(
  "an answer after its time is a %s, also where nobody has looked since",
  async (kind, timeouts) => {
    const server = serve((socket) => void setTimeout(() => socket.write(ok), 25));
    const driver = await drive("callback", server.port, timeouts);
    const { requests } = await driver.runSlice({ kind: "requests", count: 8 });
    expect(requests.ok).toBe(0);
    expect(driver.finish().errors).toEqual({ [kind]: requests.failed });
  },
);

test("a stall that fails a short slice is not given up, and what follows is measured", async () => {
  let isStalled = false;
  const server = serve((socket) => void (isStalled || socket.write(ok)));
  const driver = await drive("callback", server.port, { wholeMs: 60 });
  const slice = () => driver.runSlice({ kind: "time", windowMs: 20 });
  await slice();
  isStalled = true;
  const stalled = await slice();
  expect(stalled.completed).toBe(0);
  expect(stalled.gaveUp).toBeUndefined();
  isStalled = false;
  expect((await slice()).completed).toBeGreaterThan(0);
});

test("a slice in which nobody could send is over in its time, which is lost", async () => {
  const first = serve((socket) => void socket.write(ok));
  const driver = await drive("callback", first.port, {});
  await driver.runSlice({ kind: "time", windowMs: 20 });
  first.stop();
  let sample = await driver.runSlice({ kind: "time", windowMs: 20 });
  // By and by all wait longer than the window before they try again.
  for (let i = 0; i < 12; i++) {
    const beganMs = performance.now();
    sample = await driver.runSlice({ kind: "time", windowMs: 20 });
    // Within patience, which is 9 s here.
    expect(performance.now() - beganMs).toBeLessThan(4000);
  }
  expect(sample).toMatchObject({ completed: 0 });
  expect(sample.windowNs).toBeGreaterThan(0);
  expect(sample.lostNs ?? 0).toBeGreaterThan(3.9 * sample.windowNs);
});

test.each(["callback", "web-streams"])(
  "%s: what is pipelined behind a timeout has timed out, and was not closed by the server",
  async (name) => {
    let requests = 0;
    const server = serve((socket, data) => {
      for (const _ of data.toString().matchAll(/GET /g)) {
        // The fifth of its connections gets no answer, nor do those behind it.
        if (++requests % 40 < 30) socket.write(ok);
      }
    });
    const driver = await drive(name, server.port, { wholeMs: 100 }, 4);
    const { requests: counts } = await driver.runSlice({ kind: "requests", count: 160 });
    expect(counts.failed).toBeGreaterThan(0);
    expect(driver.finish().errors).toEqual({ timeout: counts.failed });
  },
);

test("wrong answers are waited after, longer each time, as other failures are", async () => {
  let answers = 0;
  const { port } = serve((socket) => {
    answers++;
    socket.write(ok.replace("200 OK", "503 No"));
  });
  const driver = await drive("callback", port, {});
  await driver.runSlice({ kind: "time", windowMs: 200 });
  driver.finish();
  // Four lanes that wait 2, 4, 8, … 128 ms begin eight times each; by 2 ms alone it would be 400.
  expect(answers).toBeLessThan(60);
});

test("a wrong status is counted as what it was, and not as the expected one", async () => {
  const server = serve((socket) => socket.write(ok.replace("200 OK", "500 No")));
  const driver = await drive("callback", server.port, {});
  const { requests } = await driver.runSlice({ kind: "requests", count: 5 });
  const { status, errors, reopened } = driver.finish();
  expect(status).toEqual({ "500": requests.failed });
  expect(errors).toEqual({ "wrong-status": requests.failed });
  // Whole answers, each of which leaves its connection open.
  expect(reopened).toBe(0);
});

test("a lane that waits after a failure is not used twice by the open loop that begins meanwhile", async () => {
  let requests = 0;
  const server = serve((socket) => {
    if (++requests % 3 === 0) socket.terminate();
    else socket.write(ok);
  });
  const driver = await drive("callback", server.port, {});
  const plan = { kind: "constant", seed: 1, stages: [{ durationMs: 40, rate: 2000 }] } as const;
  const length = { kind: "open", plan, share: { index: 0, of: 1 } } as const;
  for (let i = 0; i < 20; i++) {
    const { requests: counts, ended } = await driver.runSlice(length);
    expect(counts.issued).toBe(counts.ok + counts.failed);
    expect(ended).toBe(counts.issued);
  }
});

test(
  "a loop that writes to many connections is busy, and does not stand still",
  measured,
  async () => {
    const server = serve((socket) => socket.write(ok));
    const client = await loadClient("callback", undefined, "direct");
    let pauseMs = 0;
    const slow: typeof client = {
      ...client,
      async connect(...args) {
        const { connection, opened } = await client.connect(...args);
        const exchange = connection.exchange.bind(connection);
        connection.exchange = (request, observer) => {
          Bun.sleepSync(pauseMs);
          exchange(request, observer);
        };
        return { connection, opened };
      },
    };
    const driver = new Driver(slow, optionsFor("callback", server.port));
    await driver.warmUp([once({ kind: "requests", count: 8 })]);
    pauseMs = 60;
    await driver.runSlice({ kind: "requests", count: 4 });
    // Four connections are written to before the first timer can run.
    expect(histogramOf(driver.finish().loopDelay).maxValue).toBeLessThan(120e6);
  },
);

describe("a warm-up", () => {
  /** The slices that it runs, and the answers that come in them. */
  async function warmUp(driver: Driver, ...phases: WarmUpPhase[]) {
    const slices: SliceLength[] = [];
    let answered = 0;
    const run = driver.runSlice.bind(driver);
    driver.runSlice = async (length) => {
      slices.push(length);
      const sample = await run(length);
      answered += sample.ended;
      return sample;
    };
    await driver.warmUp(phases);
    return { slices, answered };
  }

  test("of slow answers takes little longer than it was asked to", async () => {
    const server = serve((socket) => void setTimeout(() => socket.write(ok), 60));
    const driver = await drive("callback", server.port, {});
    const slice = { kind: "time", windowMs: 10 } as const;
    expect((await warmUp(driver, { slice, least: 8, most: 100 })).slices).toEqual([slice]);
  });

  test("goes on until the client's code is compiled", async () => {
    const server = serve((socket) => socket.write(ok));
    const driver = await drive("callback", server.port, {});
    const slice = { kind: "requests", count: 500 } as const;
    const { slices, answered } = await warmUp(driver, { slice, least: 1, most: 1000 });
    // Each comes in one chunk. On fast cores more come until the compilers rest.
    expect(answered).toBeGreaterThanOrEqual(10_000);
    expect(slices.length).toBeLessThan(1000);
  });

  test("waits in each phase, which has code of its own", async () => {
    const server = serve((socket) => socket.write(ok));
    const driver = await drive("callback", server.port, {});
    const phase: WarmUpPhase = { slice: { kind: "requests", count: 500 }, least: 1, most: 1000 };
    const { answered } = await warmUp(driver, phase, phase);
    expect(answered).toBeGreaterThanOrEqual(20_000);
  });

  test("waits once, and not in each phase, for a server that answers nothing", async () => {
    const server = serve(() => {});
    const driver = await drive("callback", server.port, { wholeMs: 60 });
    const closed = { kind: "requests", count: 4 } as const;
    const open = {
      kind: "open",
      plan: { kind: "constant", seed: 1, stages: [{ durationMs: 10, rate: 1000 }] },
      share: { index: 0, of: 1 },
    } as const;
    expect((await warmUp(driver, once(closed), once(open))).slices).toEqual([closed]);
  });
});

/** The requests that came in one chunk, by their number. */
const requestsIn = (data: Buffer) => data.toString("latin1").split("GET / ").length - 1;

describe("pipelining", () => {
  test("as many requests as lanes are under way on each connection, and each is answered", async () => {
    let most = 0;
    const server = serve((socket, data) => {
      most = Math.max(most, requestsIn(data));
      socket.write(ok.repeat(requestsIn(data)));
    });
    const driver = await drive("callback", server.port, {}, 3);
    await driver.warmUp([once({ kind: "time", windowMs: 20 })]);
    expect(server.open()).toBe(4);
    const { requests } = await driver.runSlice({ kind: "requests", count: 200 });
    expect(requests).toEqual({ issued: 200, ok: 200, failed: 0, unfinished: 0 });
    const report = driver.finish();
    expect(histogramOf(report.serviceTime).totalCount).toBe(200);
    expect(histogramOf(report.connect).totalCount).toBe(4);
    expect(report.chunks).toBeLessThanOrEqual(200);
    expect(most).toBe(3);
  });

  test("a connection that is lost fails all that waited on it, and is opened again once", async () => {
    let answered = 0;
    let lost = 0;
    const server = serve((socket, data) => {
      answered += requestsIn(data);
      if (answered % 50 < 3) {
        lost++;
        socket.terminate();
      } else socket.write(ok.repeat(requestsIn(data)));
    });
    const driver = await drive("chunk-loop", server.port, {}, 3);
    const { requests } = await driver.runSlice({ kind: "requests", count: 300 });
    expect(requests.ok + requests.failed).toBe(300);
    expect(requests.failed).toBeGreaterThan(0);
    const report = driver.finish();
    const all = [report.errors, report.uncountedErrors].flatMap((counts) => Object.values(counts));
    expect(all.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(3 * lost);
    // The last that were lost may not have been asked for again.
    expect(report.reopened).toBeLessThanOrEqual(lost);
    expect(report.reopened).toBeGreaterThanOrEqual(lost - 4);
  });
});

test(
  "a first piece as large as a whole answer before is no late first byte",
  measured,
  async () => {
    const long = `HTTP/1.1 200 OK\r\nX: ${"x".repeat(300)}\r\nContent-Length: 2\r\n\r\nok`;
    const seen = new Set<Socket>();
    const server = serve((socket) => {
      if (!seen.has(socket)) {
        seen.add(socket);
        socket.write(ok);
        return;
      }
      socket.write(long.slice(0, -10));
      setTimeout(() => socket.write(long.slice(-10)), 60);
    });
    const driver = await drive("callback", server.port, { firstByteMs: 40 });
    const { requests } = await driver.runSlice({ kind: "requests", count: 40 });
    const { errors, firstByte } = driver.finish();
    expect(requests.ok).toBe(40);
    expect(errors).toEqual({});
    // Of each connection one is not known better than by its second piece.
    expect(histogramOf(firstByte).getValueAtPercentile(80)).toBeLessThan(30e6);
  },
);

test("bodies of connections that are opened again are compared now and then", async () => {
  let answers = 0;
  const closing = (body: string) =>
    `HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n${body}`;
  const server = serve((socket) => void socket.end(closing(++answers > 100 ? "no" : "ok")));
  const driver = await drive("callback", server.port, {});
  await driver.runSlice({ kind: "requests", count: 1000 });
  const { errors, uncountedErrors } = driver.finish();
  expect({ ...errors, ...uncountedErrors }).toHaveProperty("wrong-body");
});
