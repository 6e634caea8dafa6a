import { basename, dirname, join } from "node:path";
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

/** A process has said nothing for as long as anybody waited, and was ended. */
export class SilenceError extends Error {
  constructor(name: string, silentMs: number) {
    const seconds = Number((silentMs / 1000).toPrecision(2));
    super(`${name} said nothing for ${seconds} s, and was ended`);
    this.name = "SilenceError";
  }
}

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

/**
 * Spawns `script` with `options` as its one argument, in JSON. Its stderr is ours; with `side` it is
 * bound to that side's cores.
 */
export function spawnChild<Command, Report>(
  script: string,
  options: unknown,
  side?: Side,
): Child<Command, Report> {
  // There is more than one main.ts.
  const name = join(basename(dirname(script)), basename(script));
  const command = [process.execPath, script, JSON.stringify(options)];
  const mailbox = createMailbox<Report>((silentMs) => {
    mailbox.close(new SilenceError(name, silentMs));
    child.kill("SIGKILL");
  });
  const child: Subprocess = Bun.spawn(side ? bindToCores(command, side) : command, {
    env: { ...process.env, ...allocator },
    stdio: ["ignore", "ignore", "inherit"],
    serialization: "json",
    // A Ctrl-C reaches the whole process group of a terminal; when to end is the coordinator's decision.
    detached: true,
    ipc: mailbox.deliver,
    onExit(_, exitCode, signal) {
      running.delete(child);
      mailbox.close(new Error(`${name} ended with ${signal ?? `exit code ${exitCode}`}`));
    },
  });
  running.add(child);
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
    next: mailbox.next,
    ask(command, withinMs) {
      send(command);
      return mailbox.next(withinMs);
    },
    hurry: mailbox.hurry,
    tell: send,
    async stop() {
      child.kill("SIGKILL");
      await child.exited;
    },
  };
}

/** Reports, and who waits for them, in the order of both. */
interface Mailbox<Report> {
  readonly deliver: (report: Report) => void;
  readonly next: (withinMs?: number) => Promise<Report>;
  readonly hurry: (withinMs?: number) => void;
  /** No more will come, and why, if that is not known already. */
  readonly close: (why: Error) => void;
}

/** `onSilence` is called where somebody has waited in vain for as long as they would. */
function createMailbox<Report>(onSilence: (ms: number) => void): Mailbox<Report> {
  const waiting: Waiter<Report>[] = [];
  const unclaimed: Report[] = [];
  let closed: Error | undefined;
  let patienceMs = Number.POSITIVE_INFINITY;
  const startTimer = (withinMs: number) => {
    const ms = Math.min(withinMs, patienceMs);
    return ms > longestTimerMs ? undefined : setTimeout(() => onSilence(ms), ms);
  };
  return {
    deliver(report) {
      const first = waiting.shift();
      clearTimeout(first?.timer);
      if (first === undefined) unclaimed.push(report);
      else first.resolve(report);
    },
    next(withinMs = usualPatienceMs) {
      const report = unclaimed.shift();
      if (report !== undefined) return Promise.resolve(report);
      if (closed !== undefined) return Promise.reject(closed);
      const waiter = { ...Promise.withResolvers<Report>(), timer: startTimer(withinMs) };
      waiting.push(waiter);
      return waiter.promise;
    },
    hurry(withinMs = hurriedPatienceMs) {
      patienceMs = withinMs;
      for (const waiter of waiting) {
        clearTimeout(waiter.timer);
        waiter.timer = startTimer(withinMs);
      }
    },
    close(why) {
      closed ??= why;
      for (const { timer, reject } of waiting.splice(0)) {
        clearTimeout(timer);
        reject(closed);
      }
    },
  };
}
