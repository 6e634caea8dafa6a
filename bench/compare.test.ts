import { afterAll, beforeEach, describe, expect, test } from "bun:test";
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { main } from "./main.ts";
import { measured } from "./measured.testing.ts";
import { type CellResult, type Result, resultSchema } from "./result.ts";
import { sampleResult } from "./sample-result.testing.ts";

const folder = mkdtempSync(join(tmpdir(), "readrace-"));
const results = join(folder, "results");
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeEach(() => rmSync(results, { recursive: true, force: true }));

async function run(...argv: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const code = await main(
    argv,
    { READRACE_RESULTS: results },
    {
      out: { isTty: false, write: (text) => void out.push(text) },
      err: { isTty: false, write: (text) => void err.push(text) },
      signal: new AbortController().signal,
    },
  );
  return { code, out: out.join(""), err: err.join("") };
}

/** A result whose replicates scatter by 1 % around `factor` times the same figures. */
function resultFile(name: string, factor: number, change: Partial<Result> = {}): string {
  const scatter = [0.99, 1, 1.01, 0.995, 1.005, 1];
  const cells: CellResult[] = sampleResult.cells.slice(0, 1).map((cell) => ({
    ...cell,
    replicates: scatter.map((one) => ({
      cpuNsPerRequest: 8000 * factor * one,
      requestsPerSecond: 100_000,
    })),
  }));
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify({ ...sampleResult, cells, comparisons: [], ...change }));
  return path;
}

describe("compare, two files", () => {
  test("the same figures: unchanged, exit 0", async () => {
    const { code, out, err } = await run(
      "compare",
      resultFile("a.json", 1),
      resultFile("b.json", 1),
    );
    expect(err).toBe("");
    expect(code).toBe(0);
    expect(out).toContain("Unchanged");
  });

  test("10 % more CPU: regressed, exit 1, said in words", async () => {
    const { code, out } = await run("compare", resultFile("a.json", 1), resultFile("b.json", 1.1));
    expect(code).toBe(1);
    expect(out).toContain("REGRESSED: 1 metric of 2 got worse");
    expect(out).toContain("callback, hello, 64: cpuNsPerRequest +10.0 %");
  });

  test("10 % less CPU: improved, exit 0", async () => {
    const { code, out } = await run("compare", resultFile("a.json", 1.1), resultFile("b.json", 1));
    expect(code).toBe(0);
    expect(out).toContain("Improved");
  });

  test("of different machines: refused with exit 3, unless told otherwise", async () => {
    const environment = { ...sampleResult.environment, cpu: "Another Processor" };
    const other = resultFile("c.json", 1.1, { environment });
    const refused = await run("compare", resultFile("a.json", 1), other);
    expect(refused.code).toBe(3);
    expect(refused.err).toContain("cpu: A Processor and Another Processor");
    expect(refused.out).toBe("");
    const forced = await run("compare", resultFile("a.json", 1), other, "--ignore-environment");
    expect(forced.code).toBe(1);
  });

  test.each([
    ["was interrupted", "interrupted.json", { interrupted: true }],
    ["has an invalid cell", "invalid.json", "invalid"],
    ["has a cell that head lacks", "more.json", "more"],
    ["has a metric that head lacks", "metric.json", "metric"],
  ] as const)("a base that %s: never a pass", async (_, name, change) => {
    const path = resultFile(name, 1, typeof change === "string" ? {} : change);
    if (typeof change === "string") {
      const result: Result = JSON.parse(readFileSync(path, "utf8"));
      const [cell] = result.cells as [CellResult];
      const other = {
        more: { connections: 8 },
        invalid: { valid: false },
        metric: { replicates: cell.replicates.map((own) => ({ ...own, serviceP50Ns: 1e6 })) },
      }[change];
      const cells = change === "more" ? [cell, { ...cell, ...other }] : [{ ...cell, ...other }];
      writeFileSync(path, JSON.stringify({ ...result, cells }));
    }
    const { code, out, err } = await run("compare", path, resultFile("b.json", 1));
    expect(code).toBe(3);
    expect(out).toContain("The comparison is not whole: ");
    expect(out).not.toContain("Unchanged");
    expect(err).toStartWith("readrace: the comparison broke off: ");
    expect(err).toContain(name);
  });

  test("what every reporter shows of one that is not whole is no pass", async () => {
    const more = resultFile("more.json", 1);
    const result: Result = JSON.parse(readFileSync(more, "utf8"));
    const [cell] = result.cells as [CellResult];
    writeFileSync(more, JSON.stringify({ ...result, cells: [cell, { ...cell, connections: 8 }] }));
    const saved = join(folder, "not-whole.json");
    await run("compare", more, resultFile("b.json", 1), "-o", saved, "--no-save");
    const shown = async (reporter: string) => (await run("report", saved, "-r", reporter)).out;
    expect(JSON.parse(readFileSync(saved, "utf8"))).toMatchObject({ verdict: "inconclusive" });
    expect(await shown("markdown")).toContain("The comparison is not whole: ");
    expect(await shown("junit")).toContain('failures="1"');
    expect(await shown("annotations")).toStartWith("::error title=readrace%3A run::not whole");
  });

  test("with flags that say how to race: refused", async () => {
    const paths = [resultFile("a.json", 1), resultFile("b.json", 1)];
    const { code, err } = await run("compare", ...paths, "-f", "hello", "--budget", "5s");
    expect(code).toBe(2);
    expect(err).toContain("without -f, --budget; leave them out");
    const machine = await run("compare", ...paths, "--server", "disk", "--seed", "7");
    expect(machine.err).toContain("without --server, --seed; leave them out");
  });

  test.each([
    ["base", { fault: "main.ts ended" }, {}],
    ["head", {}, { fault: "main.ts ended" }],
  ])("of a run that broke off (%s): never a pass", async (_, ofBase, ofHead) => {
    const base = resultFile("a.json", 1, ofBase);
    const { code, err } = await run("compare", base, resultFile("b.json", 1, ofHead));
    expect(code).toBe(3);
    expect(err).toContain(".json is of a run that broke off: main.ts ended");
  });

  test("what only head has is named, in every report", async () => {
    const [cell] = sampleResult.cells as [CellResult];
    const replicates = [1, 2].map(() => ({ cpuNsPerRequest: 8000 }));
    const more = (strategy: string) => ({ ...cell, strategy, replicates });
    const both = { cells: [more("callback"), more("future")] };
    const path = join(folder, "more.json");
    rmSync(path, { force: true });
    const base = resultFile("a.json", 1, { cells: [more("callback")] });
    const { out } = await run("compare", base, resultFile("b.json", 1, both), "-o", path);
    expect(out).toMatch(/^Not compared, since .*a.json has no such cell: future\/hello\/c=64\.$/m);
    for (const format of ["markdown", "junit", "annotations"]) {
      expect((await run("report", path, "-r", format)).out).toContain("future/hello/c=64");
    }
  });

  test("without a cell in common: never a pass", async () => {
    const { code, err } = await run(
      "compare",
      resultFile("a.json", 1),
      resultFile("d.json", 1, { cells: [] }),
    );
    expect(code).toBe(2);
    expect(err).toContain("no cell in common");
  });

  test("cells that differ only in how they were raced are told apart", async () => {
    const [cell] = sampleResult.cells as [CellResult];
    const closing = resultFile("closing.json", 1, { cells: [{ ...cell, keptAlive: false }] });
    const { code, err } = await run("compare", resultFile("a.json", 1), closing);
    expect(code).toBe(2);
    expect(err).toContain("callback/hello/c=64 in one, callback/hello/c=64/close in the other");
  });

  test("the result of a comparison validates, and can be reported in other formats", async () => {
    const path = join(folder, "compared.json");
    rmSync(path, { force: true });
    await run("compare", resultFile("a.json", 1), resultFile("b.json", 1.1), "-o", path);
    const result = resultSchema.parse(JSON.parse(readFileSync(path, "utf8")));
    expect(result.verdict).toBe("regressed");
    const junit = await run("report", path, "-r", "junit");
    expect(junit.out).toContain('failures="1"');
    const annotations = await run("report", path, "-r", "annotations");
    expect(annotations.out).toStartWith(
      "::error title=readrace%3A callback/hello/c=64/cpuNsPerRequest",
    );
    const markdown = await run("report", path, "-r", "markdown");
    expect(markdown.out).toContain("🔴 regressed");
  });
});

describe("what cannot be compared is said in one line, exit 2", () => {
  test.each([
    [["compare", "no-such-revision"], "is no git revision, result file or strategy"],
    // A shell's variable that is not set.
    [["compare", "HEAD", ""], '"" is no git revision, result file or strategy'],
    [["compare", "callback"], "compare callback with which strategy"],
    [["compare", "callback", "main"], "compare callback with which strategy"],
    [["compare", "HEAD", "--budget", "soon"], "--budget"],
    [["compare", "HEAD", "--min-effect", "200%"], "must be a share below 1, like 2% or 0.02"],
    [["compare", "HEAD", "--json", "-r", "csv"], "--json and -r: give one form of output"],
    [["compare", "HEAD", "-s", "fetch"], "fetch is a reference, and the same on both sides"],
    [["compare", "HEAD", "-s", "calback"], "callback"],
    [["compare", "callback", "future", "-s", "future"], "without -s; leave it out"],
    [["compare", "callback", "future", "--gate"], "name a git revision"],
    [
      ["compare", "HEAD", "--gate", "-s", "callback", "--budget", "5s"],
      "--gate takes -s, --budget from",
    ],
  ])("%p", async (argv, message) => {
    const { code, err, out } = await run(...(argv as string[]));
    expect(code).toBe(2);
    expect(out).toBe("");
    expect(err).toContain(message as string);
    expect(err.trim().split("\n")).toHaveLength(1);
  });
});

describe("history", () => {
  const line = (day: number, cpuNsPerRequest: number, more: object = {}) =>
    `${JSON.stringify({
      ...more,
      recordedAt: new Date(Date.UTC(2026, 0, day)).toISOString(),
      revision: `${day}`.padStart(8, "0"),
      dirty: false,
      environment: "one machine",
      cells: [{ cell: "callback, hello, 64", metrics: { cpuNsPerRequest } }],
    })}\n`;
  const record = (values: readonly number[]) => {
    mkdirSync(results, { recursive: true });
    for (const [i, value] of values.entries()) {
      appendFileSync(join(results, "history.jsonl"), line(i + 1, value));
    }
  };
  // Irregular, as noise is.
  const noise = (i: number) => 1 + (((i * 7919) % 13) - 6) / 1000;

  test("names the revision at which a level began, and by how much", async () => {
    record(Array.from({ length: 30 }, (_, i) => (i < 18 ? 8000 : 8800) * noise(i)));
    const { code, out } = await run("history");
    expect(code).toBe(0);
    expect(out).toContain("since 00000019 (2026-01-19)");
    expect(out).toMatch(/cpuNsPerRequest \+(9|10)\.\d %, worse/);
  });

  test("a kernel that changed with a level is named", async () => {
    mkdirSync(results, { recursive: true });
    for (let i = 0; i < 30; i++) {
      const kernel = { kernel: i < 18 ? "6.1" : "6.2" };
      const ns = (i < 18 ? 8000 : 8800) * noise(i);
      appendFileSync(join(results, "history.jsonl"), line(i + 1, ns, kernel));
    }
    expect((await run("history")).out).toContain(", with kernel 6.2 in place of 6.1\n");
  });

  test("a figure of 0, which has no logarithm, changes nothing", async () => {
    record(Array.from({ length: 30 }, (_, i) => (i === 7 ? 0 : 8000 * noise(i))));
    const { code, out } = await run("history");
    expect(code).toBe(0);
    expect(out).toContain("No level has changed.");
    expect(out).toContain("  29  ");
  });

  test("runs are in the order of time, wherever a merge has put their lines", async () => {
    mkdirSync(results, { recursive: true });
    const days = Array.from({ length: 30 }, (_, i) => i);
    for (const i of [...days.slice(10), ...days.slice(0, 10)]) {
      const level = i < 18 ? 8000 : 8800;
      appendFileSync(join(results, "history.jsonl"), line(i + 1, level * noise(i)));
    }
    expect((await run("history")).out).toContain("since 00000019 (2026-01-19)");
  });

  test("a baseline that is none takes nothing from the history", async () => {
    record([8000, 8100]);
    writeFileSync(join(results, "baseline.json"), "{}");
    const { code, out, err } = await run("history");
    expect(code).toBe(0);
    expect(out).toContain("No level has changed.");
    expect(err).toContain("baseline.json is not a readrace result");
  });

  test("as JSON it has every point as well", async () => {
    record([8000, 8100]);
    const { series } = JSON.parse((await run("history", "--json")).out);
    expect(series).toEqual([
      {
        environment: "one machine",
        cell: "callback, hello, 64",
        metric: "cpuNsPerRequest",
        points: [8000, 8100].map((value, i) => ({
          recordedAt: `2026-01-0${i + 1}T00:00:00.000Z`,
          revision: `0000000${i + 1}`,
          dirty: false,
          value,
        })),
      },
    ]);
  });

  test("a level that stays is said to stay", async () => {
    record(Array.from({ length: 30 }, (_, i) => 8000 * noise(i)));
    expect((await run("history")).out).toContain("No level has changed.");
  });

  test("an empty file is none yet", async () => {
    record([]);
    writeFileSync(join(results, "history.jsonl"), "\n");
    expect(await run("history")).toMatchObject({ code: 2, out: "" });
  });

  test("there is none yet: one line, exit 2", async () => {
    const { code, err } = await run("history");
    expect(code).toBe(2);
    expect(err).toContain("--record");
  });

  test("a broken line is named, and nothing is lost", async () => {
    record([8000]);
    appendFileSync(join(results, "history.jsonl"), "{broken\n");
    const { code, err } = await run("history");
    expect(code).toBe(2);
    expect(err).toContain("line 2");
    expect(readFileSync(join(results, "history.jsonl"), "utf8")).toContain("{broken");
  });

  test("--record only adds, --save-baseline keeps the result", measured, async () => {
    record([8000]);
    const path = join(results, "history.jsonl");
    // As an editor or a merge may leave it.
    writeFileSync(path, readFileSync(path, "utf8").trimEnd());
    const before = readFileSync(path, "utf8");
    const short =
      "-s callback -f hello -c 2 -d 60ms -W 20ms --replicates 2 --no-save --trust-machine".split(
        " ",
      );
    expect((await run("load", ...short, "--record", "--save-baseline")).code).toBe(0);
    const after = readFileSync(join(results, "history.jsonl"), "utf8");
    expect(after).toStartWith(before);
    expect(after.trim().split("\n")).toHaveLength(2);
    resultSchema.parse(JSON.parse(readFileSync(join(results, "baseline.json"), "utf8")));
  });
});
