import { basename } from "node:path";
import type { Subprocess } from "bun";
import { bindToCores, type Side } from "./scheduling.ts";

/** A Bun process of ours, which answers commands on its IPC channel in their order. */
export interface Child<Command, Report> {
  readonly pid: number;
  /** Sends a command and resolves with its report; rejects when the process ends instead. */
  ask(command: Command): Promise<Report>;
  /** Sends a command that has no report. */
  tell(command: Command): void;
  /** The next report without a command: what a process says when it has started. */
  next(): Promise<Report>;
  /** Resolves when the process is gone, however it ended. */
  readonly ended: Promise<unknown>;
  /** Ends the process and waits until it is gone. */
  stop(): Promise<void>;
}

/**
 * Bun's allocator hands memory back after some idle milliseconds. A generator that waits for its turn
 * would fault it in again in every slice: 40 to 130 page faults for each MiB read, and a third more
 * CPU. All strategies keep their memory instead.
 */
const allocator = { MIMALLOC_PURGE_DELAY: "-1" };

function isChannelClosed(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ERR_IPC_CHANNEL_CLOSED";
}

/** Spawns `script` with `options` as its one argument, in JSON. Its stderr is ours; with
 * `side` it is bound to that side's cores. */
export function spawnChild<Command, Report>(
  script: string,
  options: unknown,
  side?: Side,
): Child<Command, Report> {
  const command = [process.execPath, script, JSON.stringify(options)];
  const waiting: PromiseWithResolvers<Report>[] = [];
  const unclaimed: Report[] = [];
  let exit: Error | undefined;
  const child: Subprocess = Bun.spawn(side ? bindToCores(command, side) : command, {
    env: { ...process.env, ...allocator },
    stdio: ["ignore", "ignore", "inherit"],
    serialization: "json",
    // A Ctrl-C reaches the whole process group of a terminal; when to end is the coordinator's decision.
    detached: true,
    ipc(report: Report) {
      const first = waiting.shift();
      if (first === undefined) unclaimed.push(report);
      else first.resolve(report);
    },
    onExit(_, exitCode, signal) {
      exit = new Error(`${basename(script)} ended with ${signal ?? `exit code ${exitCode}`}`);
      for (const { reject } of waiting.splice(0)) reject(exit);
    },
  });
  const next = (): Promise<Report> => {
    const report = unclaimed.shift();
    if (report !== undefined) return Promise.resolve(report);
    if (exit !== undefined) return Promise.reject(exit);
    const next = Promise.withResolvers<Report>();
    waiting.push(next);
    return next.promise;
  };
  // Who waits for a process that is gone is told so by onExit. Its channel closes a moment before.
  const send = (command: Command) => {
    try {
      child.send(command);
    } catch (error) {
      if (!isChannelClosed(error)) throw error;
    }
  };
  return {
    pid: child.pid,
    ended: child.exited,
    next,
    ask(command) {
      send(command);
      return next();
    },
    tell: send,
    async stop() {
      child.kill("SIGKILL");
      await child.exited;
    },
  };
}
