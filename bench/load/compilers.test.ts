import { expect, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { until } from "../../src/until.testing.ts";
import { bindToCores, canBindToCores } from "../system/scheduling.ts";
import { compilersCpuNs, keepCompilersYielding } from "./compilers.ts";

/** Busy until the last compiler has taken it up; another function each time it is called. */
function keepCompilersBusy(): number {
  const work = new Function(
    "n",
    "let x = 0; for (let i = 0; i < n; i++) x = (x * 31 + i) | 0; return x;",
  );
  let sum = 0;
  for (let call = 0; call < 2000; call++) sum += work(2000);
  return sum;
}

test.skipIf(process.platform !== "linux")("the time of the compilers is seen", async () => {
  const beforeNs = compilersCpuNs();
  const untilMs = performance.now() + 5000;
  while (compilersCpuNs() === beforeNs && performance.now() < untilMs) {
    keepCompilersBusy();
    await Bun.sleep(1);
  }
  expect(compilersCpuNs()).toBeGreaterThan(beforeNs);
});

test.skipIf(!canBindToCores())("compilers yield to others, those of later too", async () => {
  const folder = mkdtempSync(join(tmpdir(), "readrace-"));
  const script = join(folder, "busy.js");
  writeFileSync(script, `setInterval(${keepCompilersBusy}, 1);`);
  const child = Bun.spawn(bindToCores([process.execPath, script], "generator"));
  // None is there yet.
  const stop = keepCompilersYielding(child.pid);
  const coresOf = (file: string) =>
    /^Cpus_allowed_list:.*$/m.exec(readFileSync(file, "utf8"))?.[0] ?? "";
  const tasks = `/proc/${child.pid}/task`;
  const doYield = () =>
    readdirSync(tasks).some(
      (thread) =>
        readFileSync(`${tasks}/${thread}/comm`, "utf8").startsWith("JITWorker") &&
        coresOf(`${tasks}/${thread}/status`) === coresOf("/proc/self/status"),
    );
  expect(await until(doYield)).toBe(true);
  stop();
  child.kill("SIGKILL");
  await child.exited;
  rmSync(folder, { recursive: true });
});
