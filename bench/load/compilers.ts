import { readdirSync } from "node:fs";
import { readIfThere } from "../system/read-if-there.ts";
import { yieldToOthers } from "../system/scheduling.ts";

/** The threads of a process; only Linux shows them as files. */
const threadsOf = (process: number | "self") => `/proc/${process}/task`;

/** JSC ends compilers that have had nothing to do for 10 seconds, and starts others. */
const lookEveryMs = 100;

/** What JSC calls the threads on which its JIT compilers run. */
const compilerName = "JITWorker";

/** CPU time of the JIT compilers of this process so far, in nanoseconds; 0 where the system does not tell. */
export function compilersCpuNs(): number {
  let sum = 0;
  for (const thread of compilersOf("self")) {
    // Threads end while they are looked at.
    // Time on a CPU, time that it waited for one, and how often it ran.
    const [ns = ""] = readIfThere(`${threadsOf("self")}/${thread}/schedstat`).split(" ");
    sum += Number(ns);
  }
  return sum;
}

/**
 * Lets the JIT compilers of `process` run on every core that we have, wherever nobody else wants to; those
 * that it starts later too. Returns what ends that.
 */
export function keepCompilersYielding(process: number): () => void {
  const known = new Set<string>();
  const look = () => {
    const others = compilersOf(process).filter((thread) => !known.has(thread));
    yieldToOthers(others);
    for (const thread of others) known.add(thread);
  };
  look();
  const timer = setInterval(look, lookEveryMs);
  return () => clearInterval(timer);
}

/** The threads of a process on which its JIT compilers run. */
function compilersOf(process: number | "self"): readonly string[] {
  const threads = threadsOf(process);
  try {
    return readdirSync(threads).filter((thread) =>
      readIfThere(`${threads}/${thread}/comm`).startsWith(compilerName),
    );
  } catch {
    return [];
  }
}
