import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readConfig } from "./config.ts";
import { UserError } from "./errors.ts";
import type { LoadConfig } from "./flags/load.ts";
import { scheduleOf } from "./plan.ts";

function loadConfig(...argv: string[]): LoadConfig {
  const config = readConfig(argv, {});
  if (config.command !== "load") throw new Error(`read as ${config.command}`);
  return config.load;
}

test("without anything it is the default race", () => {
  const { strategies, fixtures, connections, settings, target, output } = loadConfig();
  expect(strategies).toEqual(["callback", "future", "chunk-loop", "web-streams"]);
  expect(fixtures).toEqual(["hello", "64k", "1m"]);
  expect(connections).toEqual([1, 64]);
  expect(settings.reading).toBe("message");
  expect(target).toEqual({ kind: "own", source: "memory" });
  expect(output.json).toBe(false);
  expect(output.runsDirectory).toEndWith("results/runs");
});

test("every flag is read", () => {
  const config = loadConfig(
    ..."load -s floor,callback -f 1k -c 1,1,8 -d 2s -W 1s --replicates 7 --close".split(" "),
    ..."--timeout 3s --server routes --threshold serviceP99Ns<5ms --json -o out.json".split(" "),
    ..."--no-save --seed 42".split(" "),
  );
  expect(config).toMatchObject({
    strategies: ["floor", "callback"],
    fixtures: ["1k"],
    connections: [1, 8],
    settings: {
      durationMs: 2000,
      warmUpMs: 1000,
      mostWarmUpMs: 1000,
      replicates: 7,
      reading: "eof",
      timeouts: { connectMs: 3000, firstByteMs: 3000, wholeMs: 3000 },
      seed: 42,
    },
    target: { kind: "own", source: "routes" },
    thresholds: [{ metric: "serviceP99Ns", operator: "<", limit: 5e6 }],
    output: { json: true, file: "out.json", runsDirectory: undefined },
  });
});

test("a target is one URL, or with -f the fixtures below it", () => {
  expect(loadConfig("--target", "http://127.0.0.1:8000/a?b").fixtures).toEqual(["/a?b"]);
  expect(loadConfig("--target", "http://127.0.0.1:8000/", "-f", "1k").fixtures).toEqual(["1k"]);
});

test("sockets are read directly, but in open loop by Bun", () => {
  const transportOf = (...argv: string[]) => loadConfig(...argv).settings.transport;
  expect(transportOf()).toBe("direct");
  expect(transportOf("--transport", "bun")).toBe("bun");
  expect(transportOf("-R", "20k")).toBe("bun");
  expect(transportOf("--find-rate", "responseP99Ns<5ms")).toBe("bun");
});

test("constant arrivals have the time of a whole number of them", () => {
  const durationOf = (...argv: string[]) => loadConfig(...argv).settings.durationMs;
  expect(durationOf("-R", "1", "-d", "200ms")).toBe(1000);
  expect(durationOf("-R", "3", "-d", "500ms")).toBeCloseTo(2000 / 3, 9);
  expect(durationOf("-R", "30", "-d", "350ms")).toBeCloseTo(11_000 / 30, 9);
  expect(durationOf("-R", "7", "-d", "1s")).toBe(1000);
  expect(durationOf("-R", "3", "-d", "500ms", "--arrivals", "poisson")).toBe(500);
});

/** With names in capitals to be filled in: those of revisions and metrics are none. */
function isTemplate(words: string): boolean {
  return /[A-Z]{2}|…|\[|</.test(words.replace(/HEAD(~\d)?|'[^']*'/g, ""));
}

/** Command lines that a text shows, as words: those of our own tool, without placeholders in capitals. */
function commandLinesIn(text: string): string[][] {
  return text.split("\n").flatMap((line) => {
    const [, words] =
      /^\s*(?:\$ )?bun run bench\b ?([^#`|]*?)(?: {2,}.*| \| .*)?$/.exec(line) ?? [];
    if (words === undefined || isTemplate(words)) return [];
    return [
      [...words.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? ""),
    ];
  });
}

test("every command line that a help or the README shows is one", () => {
  const helpOf = (...argv: string[]) => {
    const config = readConfig([...argv, "--help"], {});
    return config.command === "show" ? config.text : "";
  };
  const commands = "load compare micro report serve history peers chaos verify list".split(" ");
  const readme = readFileSync(join(import.meta.dir, "../README.md"), "utf8");
  const texts = [helpOf(), ...commands.map((command) => helpOf(command)), readme];
  const shown = texts.flatMap(commandLinesIn);
  expect(shown.length).toBeGreaterThan(20);
  const refused = shown.flatMap((argv) => {
    try {
      readConfig(argv, {});
      return [];
    } catch (error) {
      return [`${argv.join(" ")}: ${error}`];
    }
  });
  expect(refused).toEqual([]);
});

test("READRACE_RESULTS moves the results", () => {
  const config = readConfig([], { READRACE_RESULTS: "/elsewhere" });
  expect(config.command === "load" && config.load.output.runsDirectory).toBe("/elsewhere/runs");
});

describe("wrong input is one sentence that says how to mend it", () => {
  test.each([
    [["lod"], 'no command is named "lod"; did you mean load?'],
    [["-s", "callbak"], 'no strategy is named "callbak"; did you mean callback?'],
    [["-s", "xyzzyplugh"], "there are callback, future"],
    [["-s", ","], "--strategy needs a name"],
    [["-f", "hallo"], "did you mean hello?"],
    [["-c", "0"], "-c 0: must be a whole number from 1 to 20000"],
    [["-c", "1,x"], "-c x: must be"],
    [["-d", "banana"], "-d banana: not a duration; write it like 500ms, 10s or 2m"],
    [["-d", "0s"], "-d 0s: must be longer than 0"],
    [["-n", "-1"], "-n -1: must be a whole number"],
    [["-d", "1s", "-n", "5"], "-d and -n: give a time or a number of requests, not both"],
    [["-c", "1,64", "-w", "2"], "-w 2 share out 1 connection, which"],
    [["--arrivals", "poisson"], "--arrivals are of an open loop: give a rate with -R, or --stages"],
    [["--threshold", "responseP99Ns<1ms"], "responseP99Ns is of an open loop; give a rate with -R"],
    [["--find-rate", "responseP99Ns<1ms", "--record"], "--record keeps races"],
    [["--find-rate", "responseP99Ns<1ms", "--replicates", "2"], "leave out --replicates"],
    [["--find-rate", "serviceP99Ns>5ms"], "like 'responseP99Ns<5ms'"],
    [["--find-rate", "requestsPerSecond<5k"], "like 'responseP99Ns<5ms'"],
    [["--find-rate", "cpuNsPerRequest<20us"], "it goes by response and service times"],
    [["-d", "99999999999999h"], "-d 99999999999999h: must be at most 24h"],
    [["--target", "http://me:secret@127.0.0.1/"], "no Authorization is sent"],
    [["--pipeline", "257"], "--pipeline 257: must be a whole number from 1 to 256"],
    [["--pipeline", "2", "--close"], "--pipeline and --close"],
    [["--pipeline", "2", "-s", "callback,fetch"], "fetch cannot; leave it out of -s"],
    [["--pipeline", "2", "-f", "until-eof-64k"], "until-eof-64k ends its connection"],
    [["--pipeline", "2", "--server", "disk"], "use --server memory or routes"],
    [["--transport", "bnu"], 'no transport is named "bnu"; did you mean bun?'],
    [["--transport", "direct", "-R", "20k"], "requests of an open loop would be late"],
    [["--server", "dsk"], "did you mean disk?"],
    [["--target", "http://127.0.0.1/", "--server", "disk"], "leave one out"],
    [["--target", "http://127.0.0.1/?x=1", "-f", "1k"], "leave out ?x=1, or -f"],
    [["--target", "ftp://x"], "--target ftp://x: must be an http:// URL"],
    [["--threshold", "p99<5"], "no metric is named"],
    [["--threshold", "serviceP99Ns=5"], "write it like 'serviceP99Ns<5ms'"],
    [["--threshold", "serviceP99Ns<much"], "serviceP99Ns is a time like 5ms, not much"],
    [["--seed", "x"], "--seed x: must be"],
    [["--durtion", "1s"], "unknown option '--durtion' (Did you mean --duration?)"],
    [["load", "extra"], "Expected 0 arguments but got 1: extra; see load --help"],
    [["-c", "1", "extra"], "the command comes first"],
    [["-w", "2", "-R", "80", "-c", "3"], "-w 2 cannot share out 3 connections equally"],
    [["-w", "2"], "-w 2 share out 1 connection, which leaves some without one: say -c 2 or more"],
    [["--pipeline", "300"], "from 1 to 256, like 4"],
    [["--target", "http://127.0.0.1:99999/"], "there is no port 99999"],
    [["help", "nope"], 'no command is named "nope"'],
    [["--timeout", "600h"], "must be at most 24h"],
    [["--timeout", "1s", "--first-byte-timeout", "2s"], "the whole response has 1s"],
    [["--threshold", "serviceP99Ns<=5ms"], "with < or > and no ="],
    [
      ["--target", "http://127.0.0.1:8000/", "--threshold", "serverCpuNsPerRequest<1ms"],
      "the CPU of a --target is not known",
    ],
    [["--pipeline", "2", "--threshold", "firstByteP50Ns<1ms"], "first bytes are not timed"],
    [["-n", "100", "-R", "1k", "--arrivals", "poisson"], "-n: how many arrive at random is random"],
    [
      ["--find-rate", "responseP99Ns<5ms", "--threshold", "serviceP50Ns<1ms"],
      "its trials are meant to miss; leave out --threshold",
    ],
    [["serve", "--port", "99999"], "--port 99999: must be a number from 0 to 65535"],
    [["report"], "missing required argument 'files'"],
    [["report", "-r", "txt", "a.json"], "did you mean text?"],
  ])("%p", (argv, message) => {
    const error = (() => {
      try {
        readConfig(argv, {});
      } catch (thrown) {
        return thrown;
      }
      return undefined;
    })();
    expect(error).toBeInstanceOf(UserError);
    expect((error as UserError).message).toContain(message);
    expect((error as UserError).message).not.toContain("\n");
  });
});

test("help shows examples, and the flags of a race", () => {
  const help = readConfig(["--help"], {});
  expect(help.command === "show" && help.text).toContain("Examples:");
  const load = readConfig(["load", "--help"], {});
  expect(load.command === "show" && load.text).toContain("--connections");
});

test("what the mean rate of an open loop does not say is its schedule", () => {
  const stage = { durationMs: 300, rate: 500 };
  const twice = [stage, { durationMs: 200, rate: 1500 }];
  expect(scheduleOf({ arrivals: "constant", stages: [stage] })).toEqual({});
  expect(scheduleOf({ arrivals: "poisson", stages: [stage] })).toEqual({ schedule: "poisson" });
  expect(scheduleOf({ arrivals: "poisson", stages: twice })).toEqual({
    schedule: "300ms:500,200ms:1500 poisson",
  });
});
