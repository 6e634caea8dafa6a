import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { bindToCores, canBindToCores, parseCpuList, yieldToOthers } from "./affinity.ts";

test.each([
  ["0-1", [0, 1]],
  ["2,5-7", [2, 5, 6, 7]],
  ["3", [3]],
  ["", []],
])("the cores of %p", (list, cores) => {
  expect(parseCpuList(list)).toEqual(cores);
});

test.skipIf(!canBindToCores())(
  "threads that were bound with their process run where nobody else wants to",
  async () => {
    const coresOf = (pid: number | "self") => {
      const status = readFileSync(`/proc/${pid}/status`, "utf8");
      return /^Cpus_allowed_list:\s*(\S+)/m.exec(status)?.[1];
    };
    // SCHED_IDLE is 5: proc_pid_stat(5), field 41.
    const policyOf = (pid: number) =>
      Number(readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ")[38]);
    const child = Bun.spawn(bindToCores(["sleep", "60"], "generator"));
    while (coresOf(child.pid) === coresOf("self")) await Bun.sleep(1);
    yieldToOthers([String(child.pid)]);
    expect(coresOf(child.pid)).toBe(coresOf("self"));
    if (Bun.which("chrt")) expect(policyOf(child.pid)).toBe(5);
    child.kill("SIGKILL");
    await child.exited;
  },
);
