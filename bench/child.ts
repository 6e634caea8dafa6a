import { basename } from "node:path";
import type { Subprocess } from "bun";
import { bindToCores, type Side } from "./scheduling.ts";

/** A Bun process of ours, which answers commands on its IPC channel in their order. */
export interface Child<Command, Report> {
  readonly pid: number;
  /**
   * Sends a command and resolves with its report; rejects when the process ends instead, or says nothing
   * within `withinMs`, half a minute by default: then it hangs, and is ended.
   */
  ask(command: Command, withinMs?: number): Promise<Report>;
  /** Sends a command that has no report. */
  tell(command: Command): void;
  /** The next report without a command: what a process says when it has started. */
  next(): Promise<Report>;
  /** From now on nothing is waited for longer than `withinMs`, 5 s by default. */
  hurry(withinMs?: number): void;
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

/** Whoever has nothing else to do than to answer does so sooner, also on a busy machine. */
export const usualPatienceMs = 30_000;
const hurriedPatienceMs = 5_000;
/** The longest that setTimeout can wait. */
const longestTimerMs = 2 ** 31 - 1;

interface Waiter<Report> extends PromiseWithResolvers<Report> {
  timer: NodeJS.Timeout | undefined;
}

/** One that hangs does not see that its channel is closed, and would outlive us. */
const running = new Set<Subprocess>();
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

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
  const waiting: Waiter<Report>[] = [];
  const unclaimed: Report[] = [];
  let exit: Error | undefined;
  let patienceMs = Number.POSITIVE_INFINITY;
  const child: Subprocess = Bun.spawn(side ? bindToCores(command, side) : command, {
    env: { ...process.env, ...allocator },
    stdio: ["ignore", "ignore", "inherit"],
    serialization: "json",
    // A Ctrl-C reaches the whole process group of a terminal; when to end is the coordinator's decision.
    detached: true,
    ipc(report: Report) {
      const first = waiting.shift();
      clearTimeout(first?.timer);
      if (first === undefined) unclaimed.push(report);
      else first.resolve(report);
    },
    onExit(_, exitCode, signal) {
      running.delete(child);
      exit ??= new Error(`${basename(script)} ended with ${signal ?? `exit code ${exitCode}`}`);
      for (const { timer, reject } of waiting.splice(0)) {
        clearTimeout(timer);
        reject(exit);
      }
    },
  });
  running.add(child);
  const endAfter = (withinMs: number) => {
    const ms = Math.min(withinMs, patienceMs);
    if (ms > longestTimerMs) return undefined;
    return setTimeout(() => {
      exit ??= new Error(`${basename(script)} said nothing for ${ms / 1000} s, and was ended`);
      child.kill("SIGKILL");
    }, ms);
  };
  const next = (withinMs = usualPatienceMs): Promise<Report> => {
    const report = unclaimed.shift();
    if (report !== undefined) return Promise.resolve(report);
    if (exit !== undefined) return Promise.reject(exit);
    const waiter = { ...Promise.withResolvers<Report>(), timer: endAfter(withinMs) };
    waiting.push(waiter);
    return waiter.promise;
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
    ask(command, withinMs) {
      send(command);
      return next(withinMs);
    },
    hurry(withinMs = hurriedPatienceMs) {
      patienceMs = withinMs;
      for (const waiter of waiting) {
        clearTimeout(waiter.timer);
        waiter.timer = endAfter(withinMs);
      }
    },
    tell: send,
    async stop() {
      child.kill("SIGKILL");
      await child.exited;
    },
  };
}
