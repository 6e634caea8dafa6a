import { expect, test } from "bun:test";
import { compilersCpuNs } from "./compilers.ts";

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
