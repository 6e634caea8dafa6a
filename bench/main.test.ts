import { afterAll, describe, expect, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Output } from "./io.ts";
import { main } from "./main.ts";
import { measured } from "./measured.testing.ts";
import type { CellResult } from "./result.ts";
import { resultSchema } from "./result.ts";
import { sampleResult } from "./sample-result.testing.ts";
import { resultJsonSchema, schemaPath } from "./schema.ts";

const folder = mkdtempSync(join(tmpdir(), "readrace-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

class Collected implements Output {
  text = "";
  readonly isTty = false;
  write(text: string): void {
    this.text += text;
  }
}

async function run(...argv: string[]) {
  const out = new Collected();
  const err = new Collected();
  const env = { READRACE_RESULTS: join(folder, "results") };
  const code = await main(argv, env, { out, err, signal: new AbortController().signal });
  return { code, out: out.text, err: err.text };
}

/** A race as short as one can be. */
const short = "-s callback -f hello -c 2 -d 60ms -W 20ms --replicates 2 --trust-machine".split(" ");

test("the draft of a run that was killed is removed, that of a run which goes on is not", async () => {
  const runs = join(folder, "results/runs");
  mkdirSync(runs, { recursive: true });
  // No process has this number: it is above the largest that Linux gives.
  const abandoned = join(runs, "a.json.4194305.tmp");
  const written = join(runs, `b.json.${process.pid}.tmp`);
  for (const path of [abandoned, written]) writeFileSync(path, '{"half":');
  await run(...short);
  expect([existsSync(abandoned), existsSync(written)]).toEqual([false, true]);
  rmSync(written);
  for (const name of readdirSync(runs)) rmSync(join(runs, name));
});

describe("load", () => {
  test("prints a table, saves a result that the schema accepts, exits 0", measured, async () => {
    const { code, out, err } = await run(...short);
    expect(err).toBe("");
    expect(code).toBe(0);
    expect(out).toContain("hello, 2 connections");
    const [name = ""] = readdirSync(join(folder, "results/runs"));
    const result = resultSchema.parse(
      JSON.parse(readFileSync(join(folder, "results/runs", name), "utf8")),
    );
    const [cell] = result.cells;
    expect(cell).toMatchObject({
      strategy: "callback",
      fixture: "hello",
      connections: 2,
      valid: true,
    });
    expect(cell?.requests.ok).toBe(cell?.status["200"] as number);
    expect(out).toContain(name);
  });

  test("--json prints the result and nothing else; -n is exact", measured, async () => {
    const argv =
      "load -s floor -f hello -c 3 -n 1001 -W 20ms --replicates 2 --json --no-save --trust-machine".split(
        " ",
      );
    const { code, out, err } = await run(...argv);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    const result = resultSchema.parse(JSON.parse(out));
    expect(result.cells[0]?.requests).toEqual({ issued: 1001, ok: 1001, failed: 0, unfinished: 0 });
  });

  test.each([[["-n", "100"]], [["-R", "200", "-d", "200ms"]]])(
    "-W 0: a race without a warm-up (%s)",
    measured,
    async (length) => {
      const flags =
        "-s callback -f hello -c 2 -W 0 --replicates 2 --no-save --trust-machine --json";
      const { out } = await run(...flags.split(" "), ...length);
      const [cell] = resultSchema.parse(JSON.parse(out)).cells;
      expect(cell?.replicates).toHaveLength(2);
    },
  );

  test("--close takes a connection for each request", measured, async () => {
    const { code, out } = await run(...short, "--close", "--json", "--no-save");
    expect(code).toBe(0);
    const [cell] = resultSchema.parse(JSON.parse(out)).cells;
    expect(cell?.keptAlive).toBe(false);
    expect(cell?.metrics.connectP50Ns?.value).toBeGreaterThan(0);
  });

  test("a threshold that is missed exits 1 and says by what", async () => {
    const { code, out } = await run(...short, "--no-save", "--threshold", "serviceP50Ns<1ns");
    expect(code).toBe(1);
    expect(out).toMatch(
      /^threshold serviceP50Ns<1ns missed: callback, hello, 2 connections: .* is /m,
    );
  });

  test("a target that is not there is the user's to mend", async () => {
    const { code, out, err } = await run("--target", "http://127.0.0.1:1/", "-c", "1");
    expect(code).toBe(2);
    expect(out).toBe("");
    expect(err).toMatch(/^readrace: --target cannot be raced: .*connect.*\n$/);
  });

  test("a target that closes its connections cannot be pipelined", async () => {
    const server = Bun.listen({
      hostname: "127.0.0.1",
      port: 0,
      socket: {
        data: (socket) =>
          void socket.end("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"),
      },
    });
    const target = `http://127.0.0.1:${server.port}/`;
    const { code, err } = await run("--target", target, "-c", "4", "--pipeline", "4");
    server.stop(true);
    expect(code).toBe(2);
    expect(err).toContain(
      "closes its connection with each answer, so that nothing can be pipelined",
    );
  });

  test("a target that answers 404 is refused", async () => {
    const server = Bun.serve({ port: 0, fetch: () => new Response("no", { status: 404 }) });
    const { code, err } = await run("--target", server.url.href, "-c", "1");
    expect(code).toBe(2);
    expect(err).toContain("answers 404; name a URL that answers 200");
    await server.stop(true);
  });

  test("what a target has below it must be the fixtures that were named", async () => {
    const server = Bun.serve({
      port: 0,
      fetch: ({ url }) => new Response(url.endsWith("/hello.txt") ? "Hello, World!" : "else"),
    });
    const flags = [
      "-s",
      "callback",
      "-c",
      "1",
      "-n",
      "1",
      "--no-save",
      "--target",
      server.url.href,
    ];
    expect((await run(...flags, "-f", "hello")).code).toBe(0);
    const { code, err } = await run(...flags, "-f", "hello,64k");
    expect(code).toBe(2);
    expect(err).toBe(
      `readrace: ${server.url.href}64k.bin has 4 bytes that are not those of the fixture 64k (65536): put that file there, or name its URL alone, without -f\n`,
    );
    await server.stop(true);
  });

  test("a target gets no more connections and requests than were asked for", measured, async () => {
    const seen = { open: 0, mostOpen: 0, requests: 0 };
    const server = Bun.listen({
      hostname: "127.0.0.1",
      port: 0,
      socket: {
        open() {
          seen.open++;
          seen.mostOpen = Math.max(seen.mostOpen, seen.open);
        },
        close: () => void seen.open--,
        data(socket) {
          seen.requests++;
          socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        },
      },
    });
    const target = `http://127.0.0.1:${server.port}/`;
    const flags = "-s callback -c 2 -R 100 -d 200ms -W 200ms --replicates 1 --no-save".split(" ");
    const { out } = await run(...flags, "--trust-machine", "--target", target);
    server.stop(true);
    expect(out).toContain("100 requests due a second");
    expect(seen.mostOpen).toBe(2);
    // One that learns the answer, 20 in the warm-up, 20 that are measured; each slice of the warm-up begins anew.
    expect(seen.requests).toBeLessThanOrEqual(1 + 20 + 20 + 4);
    expect(seen.requests).toBeGreaterThanOrEqual(40);
  });

  test("a server that begins to answer wrongly makes the measurement invalid: exit 3", async () => {
    let answers = 0;
    const server = Bun.serve({
      port: 0,
      fetch: () => new Response(answers++ < 200 ? "right" : "wrong!"),
    });
    const { code, out, err } = await run(
      ..."-s callback -c 2 -d 100ms -W 10ms --replicates 1 --no-save".split(" "),
      "--target",
      server.url.href,
    );
    expect(code).toBe(3);
    expect(out).toContain("INVALID callback");
    expect(err).toContain("the measurement is invalid");
    await server.stop(true);
  });
});

describe("-o", () => {
  test("writes the result there, and replaces an older result", measured, async () => {
    const path = join(folder, "out.json");
    for (let round = 0; round < 2; round++) {
      expect((await run(...short, "--no-save", "-o", path)).code).toBe(0);
    }
    expect(resultSchema.safeParse(JSON.parse(readFileSync(path, "utf8"))).success).toBe(true);
  });

  test("never replaces anything else", async () => {
    const path = join(folder, "precious.txt");
    writeFileSync(path, "precious");
    const { code, err } = await run(...short, "-o", path);
    expect(code).toBe(2);
    expect(err).toContain("exists and is not a readrace result; name another file with -o");
    expect(readFileSync(path, "utf8")).toBe("precious");
  });

  test("a folder that is missing is said before the race", async () => {
    const { code, err } = await run(...short, "-o", join(folder, "missing/out.json"));
    expect(code).toBe(2);
    expect(err).toContain("does not exist; create it");
  });

  // Root may write anywhere.
  test.skipIf(process.getuid?.() === 0)(
    "a folder without permission is said before the race",
    async () => {
      chmodSync(folder, 0o555);
      const { code } = await run(...short, "-o", join(folder, "denied.json"));
      chmodSync(folder, 0o755);
      expect(code).toBe(2);
      expect(existsSync(join(folder, "denied.json"))).toBe(false);
    },
  );
});

describe("report", () => {
  const path = join(folder, "sample.json");
  writeFileSync(path, JSON.stringify(sampleResult));

  test("text is the table of the race", async () => {
    const { code, out } = await run("report", path);
    expect(code).toBe(0);
    expect(out).toMatchSnapshot();
  });

  test("an open loop shows response times, and what was never sent", async () => {
    const [first] = sampleResult.cells as [CellResult];
    const cell: CellResult = {
      ...first,
      mode: "open",
      rate: 20_000,
      requests: { ...first.requests, unsent: 500 },
      metrics: {
        ...first.metrics,
        responseP50Ns: { value: 2_000_000, unit: "ns", better: "lower" },
        responseP99Ns: { value: 9_000_000, unit: "ns", better: "lower" },
      },
    };
    const openPath = join(folder, "open.json");
    writeFileSync(openPath, JSON.stringify({ ...sampleResult, cells: [cell], comparisons: [] }));
    expect((await run("report", openPath)).out).toMatchSnapshot();
    expect((await run("report", openPath, "-r", "markdown")).out).toMatchSnapshot();
  });

  test("json is the result", async () => {
    const { out } = await run("report", "-r", "json", path);
    expect(JSON.parse(out)).toEqual(sampleResult);
  });

  test("several files: one text after the other; a format of one document takes one", async () => {
    const { out } = await run("report", path, path);
    expect(out.match(/^hello, 64 connections$/gm)).toHaveLength(2);
    expect(await run("report", "-r", "csv", path, path)).toEqual({
      code: 2,
      out: "",
      err: "readrace: -r csv: one document of one result: name one file at a time\n",
    });
  });

  test.each([
    [
      "a file that is missing",
      "missing.json",
      undefined,
      /cannot read .*missing\.json: there is no such file/,
    ],
    ["no JSON", "none.json", "{", /none\.json is not a readrace result: /],
    [
      "a result of another version",
      "older.json",
      '{"schemaVersion":2}',
      /older\.json is not a readrace result: .*version 2, and this readrace reads 1; use the one/,
    ],
    ["another JSON", "other.json", "{}", /other\.json is not a readrace result: .*schemaVersion/],
  ])("%s: exit 2 and one line", async (_, name, content, message) => {
    if (content !== undefined) writeFileSync(join(folder, name), content);
    const { code, out, err } = await run("report", join(folder, name));
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toMatch(message);
    expect(err.trimEnd()).not.toContain("\n");
  });
});

test("list names everything that can be chosen", async () => {
  const { code, out } = await run("list", "--json");
  expect(code).toBe(0);
  const { strategies, fixtures, metrics, reporters } = JSON.parse(out);
  const names = (items: { name: string }[]) => items.map(({ name }) => name);
  expect(names(strategies)).toContain("web-streams");
  expect(names(fixtures)).toContain("drip-1k");
  expect(names(metrics)).toContain("serviceP99_99Ns");
  expect(names(reporters)).toContain("benchfmt");
  expect((await run("list")).out).toContain("callback *");
});

test("the published JSON Schema is that of the code: bun run schema writes it", () => {
  expect(readFileSync(schemaPath, "utf8")).toBe(resultJsonSchema());
});

test("chaos: every fault is counted as what it is", measured, async () => {
  const { code, out, err } = await run(
    ..."chaos -s callback,web-streams -d 500ms -c 8 --seed 3".split(" "),
  );
  expect(err).toBe("");
  expect(out).toContain("Held: each of");
  expect(code).toBe(0);
});

test("a target elsewhere is named before load is sent", async () => {
  // TEST-NET-1 of RFC 5737: nobody is there.
  const flags = "--target http://192.0.2.1:81/ --timeout 100ms -d 1s --no-save".split(" ");
  const { code, err } = await run("load", ...flags);
  expect(err).toStartWith("readrace: warning: 192.0.2.1 is not this machine");
  expect(code).toBe(2);
});
