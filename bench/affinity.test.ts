import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { bindToCores, canBindToCores, parseCpuList, unbindThreads } from "./affinity.ts";

test.each([
  ["0-1", [0, 1]],
  ["2,5-7", [2, 5, 6, 7]],
  ["3", [3]],
  ["", []],
])("the cores of %p", (list, cores) => {
  expect(parseCpuList(list)).toEqual(cores);
});

test.skipIf(!canBindToCores())(
  "threads that were bound with their process are set free",
  async () => {
    const coresOf = (pid: number | "self") => {
      const status = readFileSync(`/proc/${pid}/status`, "utf8");
      return /^Cpus_allowed_list:\s*(\S+)/m.exec(status)?.[1];
    };
    const child = Bun.spawn(bindToCores(["sleep", "60"], "generator"));
    while (coresOf(child.pid) === coresOf("self")) await Bun.sleep(1);
    unbindThreads([String(child.pid)]);
    expect(coresOf(child.pid)).toBe(coresOf("self"));
    child.kill("SIGKILL");
    await child.exited;
  },
);
