import type { Command } from "commander";
import { type ServerOptions, serverSources } from "../../server/messages.ts";
import { UserError } from "../errors.ts";
import { chooseOne } from "./values.ts";

export interface ServeConfig extends ServerOptions {
  /** Print one line of JSON when ready. */
  readonly json: boolean;
}

interface ServeFlags {
  readonly host: string;
  readonly port: string;
  readonly server: string;
  readonly json?: true;
}

const examples = `
Examples:
  bun run bench serve --port 8080                  until Ctrl-C
  bun run bench serve --server routes --json       for a script: wait for the line, then load its url`;

export function addServeOptions(command: Command): Command {
  return command
    .option("-p, --port <port>", "port to listen on; 0 for any free one", "0")
    .option("--host <address>", "address to listen on", "127.0.0.1")
    .option("--server <kind>", `where bodies come from: ${serverSources.join(", ")}`, "memory")
    .option("--json", 'print {"url", "pid", "fixtures"} in one line when ready')
    .addHelpText("after", examples);
}

export function readServeOptions({ host, port, server, json }: ServeFlags): ServeConfig {
  const number = /^\d{1,5}$/.test(port) ? Number(port) : Number.NaN;
  if (!(number <= 65_535)) {
    throw new UserError(`--port ${port}: must be a number from 0 to 65535`);
  }
  return { host, port: number, source: readServerSource(server), json: json ?? false };
}

export function readServerSource(name: string): ServerOptions["source"] {
  return chooseOne(
    "server",
    name,
    serverSources.map((source) => ({ name: source })),
  ).name;
}
