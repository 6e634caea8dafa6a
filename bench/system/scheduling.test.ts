import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import {
  bindToCores,
  canBindToCores,
  parseCpuList,
  runBeforeOthers,
  sparesOthers,
  yieldToOthers,
} from "./scheduling.ts";

/** proc_pid_stat(5), field 41: sched(7) has SCHED_OTHER as 0, SCHED_FIFO as 1, SCHED_IDLE as 5. */
function policyOf(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ")[38]);
}

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
    const child = Bun.spawn(bindToCores(["sleep", "60"], "generator"));
    while (coresOf(child.pid) === coresOf("self")) await Bun.sleep(1);
    yieldToOthers([String(child.pid)]);
    expect(coresOf(child.pid)).toBe(coresOf("self"));
    if (Bun.which("chrt")) expect(policyOf(child.pid)).toBe(5);
    child.kill("SIGKILL");
    await child.exited;
  },
);

test.skipIf(process.platform !== "linux")(
  "a process runs before others exactly where the system has granted it",
  async () => {
    const child = Bun.spawn(["sleep", "60"]);
    const granted = runBeforeOthers(child.pid);
    expect(policyOf(child.pid)).toBe(granted ? 1 : 0);
    child.kill("SIGKILL");
    await child.exited;
  },
);

test.each([
  ["6.12.0", true],
  ["6.18.44-fc-v595", true],
  ["7.0", true],
  ["6.11.9-1", false],
  ["5.15.0-101-generic", false],
  ["unknown", false],
])("Linux %s halts no real-time thread for the sake of others: %p", (kernelRelease, spares) => {
  expect(sparesOthers(kernelRelease)).toBe(spares);
});
