import { readdirSync, readFileSync } from "node:fs";

/** The threads of a process; only Linux shows them as files. */
const threadsOf = (process: number | "self") => `/proc/${process}/task`;

/** What JSC calls the threads on which its JIT compilers run. */
const compilerName = "JITWorker";

/** CPU time of the JIT compilers of this process so far, in nanoseconds; 0 where the system does not tell. */
export function compilersCpuNs(): number {
  let sum = 0;
  for (const thread of compilersOf("self")) {
    // Time on a CPU, time that it waited for one, and how often it ran.
    const [ns = ""] = read(`${threadsOf("self")}/${thread}/schedstat`).split(" ");
    sum += Number(ns);
  }
  return sum;
}

/** The threads of a process on which its JIT compilers run. */
export function compilersOf(process: number | "self"): readonly string[] {
  const threads = threadsOf(process);
  try {
    return readdirSync(threads).filter((thread) =>
      read(`${threads}/${thread}/comm`).startsWith(compilerName),
    );
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
