import { join } from "node:path";
import type { Config } from "./config.ts";
import { faultAndPlace, InterruptedError, isUnloadable, UserError } from "./errors.ts";
import type { Env } from "./flags/output.ts";
import { exitCodes, type Io } from "./io.ts";
import { openStream } from "./system/stream.ts";

const root = join(import.meta.dir, "..");

/** The whole program: from a command line to its exit code. */
export async function main(argv: readonly string[], env: Env, io: Io): Promise<number> {
  try {
    const { readConfig } = await loadClients();
    return await run(readConfig(argv, env), io);
  } catch (error) {
    if (error instanceof InterruptedError) return exitCodes.interrupted;
    if (error instanceof UserError || isUnloadable(error)) {
      const words = error instanceof UserError ? error.message : unloadable(error);
      io.err.write(`readrace: ${words}\n`);
      return exitCodes.wrongInput;
    }
    io.err.write(`readrace: internal fault: ${error instanceof Error ? error.stack : error}\n`);
    return exitCodes.invalid;
  }
}

/**
 * The command line knows every strategy, so that all clients are loaded with it. One that cannot be is its
 * author's to mend, and no regression, which is what Bun's own exit code would say.
 */
async function loadClients(): Promise<typeof import("./config.ts")> {
  try {
    return await import("./config.ts");
  } catch (cause) {
    throw new UserError(unloadable(cause), { cause });
  }
}

function unloadable(cause: unknown): string {
  return `the code of this checkout cannot be loaded: ${faultAndPlace(cause, root)}`;
}

/** A command is loaded when it is wanted: `--help` would else wait a quarter of a second for all. */
async function run(config: Config, io: Io): Promise<number> {
  switch (config.command) {
    case "load":
      return (await import("./commands/load.ts")).load(config.load, io);
    case "compare":
      return (await import("./commands/compare.ts")).compare(config.compare, io);
    case "micro":
      return (await import("./commands/micro.ts")).micro(config.micro, io);
    case "report":
      return (await import("./commands/report.ts")).report(config.files, config.reporter, io);
    case "serve":
      return (await import("./commands/serve.ts")).serve(config.serve, io);
    case "history":
      return (await import("./commands/history.ts")).history(
        config.resultsDirectory,
        config.json,
        io,
      );
    case "peers":
      return (await import("./commands/peers.ts")).peersCommand(config.peers, io);
    case "chaos":
      return (await import("./commands/chaos.ts")).chaos(config.chaos, io);
    case "verify":
      return (await import("./commands/verify.ts")).verify(config.output, io);
    case "list":
      return (await import("./commands/list.ts")).list(config.json, io);
    case "show":
      io.out.write(config.text);
      return exitCodes.fine;
  }
}

/** `bun run` hands on the Ctrl-C that the terminal has sent to us already: one key, two signals. */
const sameKeyMs = 250;

/** The first Ctrl-C (or SIGTERM) ends the run in good order, the second at once. */
function interruptSignal(): AbortSignal {
  const controller = new AbortController();
  let firstMs = 0;
  const interrupt = () => {
    if (!controller.signal.aborted) {
      firstMs = performance.now();
      controller.abort();
    } else if (performance.now() - firstMs > sameKeyMs) {
      process.exit(exitCodes.interrupted);
    }
  };
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(name, interrupt);
  return controller.signal;
}

if (import.meta.main) {
  const out = openStream(1, process.stdout.isTTY === true);
  // A terminal that is dumb cannot erase a line.
  const err = openStream(2, process.stderr.isTTY === true && process.env.TERM !== "dumb");
  const exitCode = await main(process.argv.slice(2), process.env, {
    out,
    err,
    signal: interruptSignal(),
  });
  if (out.fault !== undefined) {
    err.write(`readrace: the output is not whole: ${out.fault.message}\n`);
  }
  // A connection attempt that was given up must not keep the process.
  process.exit(out.fault === undefined ? exitCode : exitCodes.invalid);
}
