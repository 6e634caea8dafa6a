import { readdirSync, readFileSync } from "node:fs";

/** The threads of this process; only Linux shows them as files. */
const threads = "/proc/self/task";

/** What JSC calls the threads on which its JIT compilers run. */
const compilerName = "JITWorker";

/** CPU time of the JIT compilers of this process so far, in nanoseconds; 0 where the system does not tell. */
export function compilersCpuNs(): number {
  let sum = 0;
  for (const thread of threadIds()) {
    if (!read(`${threads}/${thread}/comm`).startsWith(compilerName)) continue;
    // Time on a CPU, time that it waited for one, and how often it ran.
    const [ns = ""] = read(`${threads}/${thread}/schedstat`).split(" ");
    sum += Number(ns);
  }
  return sum;
}

function threadIds(): readonly string[] {
  try {
    return readdirSync(threads);
  } catch {
    return [];
  }
}

/** Threads end while they are looked at. */
function read(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}
