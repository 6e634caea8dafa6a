import { join } from "node:path";
import type {
  Listening,
  ServerCommand,
  ServerOptions,
  ServerReport,
} from "../../server/messages.ts";
import { UserError } from "../errors.ts";
import { spawnChild } from "../system/child.ts";
import type { Side } from "../system/scheduling.ts";

const script = join(import.meta.dir, "../../server/main.ts");

/** It is asked between slices, and by who waits for a Ctrl-C. */
const usagePatienceMs = 5_000;

/** The fixture server, running in a process of its own. */
export interface ServerProcess extends Listening {
  /** CPU time used so far, user and system, in nanoseconds. */
  cpuNs(): Promise<number>;
  /** Resolves when the process is gone, however it ended. */
  readonly ended: Promise<unknown>;
  stop(): Promise<void>;
}

/** Starts the server and resolves when it listens; a UserError where it cannot. */
export async function startServer(options: ServerOptions, side?: Side): Promise<ServerProcess> {
  const child = spawnChild<ServerCommand, ServerReport>(script, options, side);
  const first = await child.next();
  if (first.kind !== "listening") {
    await child.stop();
    const why = first.kind === "failed" ? first.message : "it did not start";
    throw new UserError(
      `cannot serve on ${options.host} port ${options.port}: ${why}; choose another --host or --port`,
    );
  }
  return {
    ...first,
    async cpuNs() {
      const report = await child.ask("usage", usagePatienceMs);
      if (report.kind !== "usage") throw new Error("the server gave no CPU usage");
      return (report.user + report.system) * 1000;
    },
    ended: child.ended,
    stop: child.stop,
  };
}
