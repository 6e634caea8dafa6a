import { asError } from "../src/errors.ts";
import { chaos } from "./commands/chaos.ts";
import { compare } from "./commands/compare.ts";
import { history } from "./commands/history.ts";
import { list } from "./commands/list.ts";
import { load } from "./commands/load.ts";
import { micro } from "./commands/micro.ts";
import { report } from "./commands/report.ts";
import { serve } from "./commands/serve.ts";
import { verify } from "./commands/verify.ts";
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

async function run(config: Config, io: Io): Promise<number> {
  switch (config.command) {
    case "load":
      return load(config.load, io);
    case "compare":
      return compare(config.compare, io);
    case "micro":
      return micro(config.micro, io);
    case "report":
      return report(config.files, config.reporter, io);
    case "serve":
      return serve(config.serve, io);
    case "history":
      return history(config.resultsDirectory, config.json, io);
    case "chaos":
      return chaos(config.chaos, io);
    case "verify":
      return verify(config.output, config.line, io);
    case "list":
      return list(config.json, io);
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
