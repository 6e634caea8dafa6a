import { join } from "node:path";
import { decodeHistogram, type Histogram } from "../load/histogram.ts";
import { spawnChild } from "../system/child.ts";
import { runBeforeOthers } from "../system/scheduling.ts";
import type { Behaviour, DelayCommand, DelayListening, DelayReport } from "./behaviour.ts";

const script = join(import.meta.dir, "delay-server.ts");

/** A delay server that runs. */
export interface DelayServer {
  readonly port: number;
  /** From now on it answers with its delays, and records them: anew each time. */
  begin(): Promise<void>;
  /** Lets it run before all others on its core, where the system grants that. */
  runBeforeOthers(): boolean;
  /** What it has measured of itself since it began. */
  delays(): Promise<Histogram>;
  stop(): Promise<void>;
}

/** Starts a delay server as a process of its own, on the server's core; at first it answers at once. */
export async function startDelayServer(behaviour: Behaviour): Promise<DelayServer> {
  const child = spawnChild<DelayCommand, DelayListening | DelayReport>(script, behaviour, "server");
  const listening = await child.next();
  if (listening.kind !== "listening") throw new Error("the delay server did not start");
  return {
    port: listening.port,
    async begin() {
      await child.ask("begin");
    },
    runBeforeOthers: () => runBeforeOthers(child.pid),
    async delays() {
      const report = await child.ask("delays");
      if (report.kind !== "delays") throw new Error("the delay server gave no delays");
      return decodeHistogram(report.delays);
    },
    stop: child.stop,
  };
}
