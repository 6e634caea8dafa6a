import { asError } from "../src/errors.ts";
import { type Config, readConfig } from "./config.ts";
import { UserError } from "./errors.ts";
import { exitCodes, type Io } from "./io.ts";
import type { Env } from "./output-options.ts";

/** The whole program: from a command line to its exit code. */
export async function main(argv: readonly string[], env: Env, io: Io): Promise<number> {
  try {
    return await run(readConfig(argv, env), io);
  } catch (error) {
    if (error instanceof UserError) {
      io.err.write(`readrace: ${error.message}\n`);
      return exitCodes.wrongInput;
    }
    io.err.write(`readrace: internal fault: ${asError(error).stack}\n`);
    return exitCodes.invalid;
  }
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
      return (await import("./commands/verify.ts")).verify(config.output, config.line, io);
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
  const stream = (target: NodeJS.WriteStream) => ({
    write: (text: string) => void target.write(text),
    isTty: target.isTTY === true,
  });
  const io: Io = {
    out: stream(process.stdout),
    err: stream(process.stderr),
    signal: interruptSignal(),
  };
  // A reader that has seen enough, like head(1), is no fault.
  process.stdout.on("error", (error: Error & { code?: string }) => {
    if (error.code !== "EPIPE") throw error;
  });
  const exitCode = await main(process.argv.slice(2), process.env, io);
  // A connection attempt that was given up must not keep the process; output must be out first.
  await new Promise((resolve) => process.stdout.write("", resolve));
  process.exit(exitCode);
}
