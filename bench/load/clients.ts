import { existsSync } from "node:fs";
import { join } from "node:path";
import { openDirectReads } from "../../src/direct-reads.ts";
import { encodeRequest } from "../../src/http1/request.ts";
import type { Reading } from "../../src/http1/response.ts";
import type { Dial, TcpEndpoint } from "../../src/protocol.ts";
import { type ConnectionOptions, createConnection } from "../../src/socket.ts";
import { findStrategy } from "../../src/strategies/registry.ts";
import type { Connection } from "../../src/strategies/strategy.ts";
import { openGuarded } from "../references/reference.ts";
import { references } from "../references/registry.ts";
import type { TransportKind } from "./transport.ts";

/** What a driver needs of the client that it drives: all that is under test, down to the socket. */
export interface Client {
  connect(endpoint: TcpEndpoint, reading: Reading, options: ConnectOptions): Promise<Connected>;
  readonly encodeRequest: typeof encodeRequest;
}

export type ConnectOptions = Required<Omit<ConnectionOptions, "reads">>;

export interface Connected {
  readonly connection: Connection;
  /** It was opened meanwhile: a reference opens it when it likes, and a shared one is opened once. */
  readonly opened: boolean;
}

/**
 * The client of that name: a strategy of this checkout, or of another, while the harness stays ours;
 * or a reference, which belongs to the harness.
 */
export async function loadClient(
  name: string,
  checkout: string | undefined,
  transport: TransportKind,
): Promise<Client> {
  const reference = references.find((candidate) => candidate.name === name);
  if (reference !== undefined) {
    const open = await reference.load();
    return {
      connect: async (endpoint, reading, { observer }) => ({
        connection: openGuarded(open, endpoint, reading, observer),
        opened: false,
      }),
      encodeRequest,
    };
  }
  const source = await loadSource(checkout);
  const strategy = source.findStrategy(name);
  const reads = transport === "direct" ? source.openDirectReads() : undefined;
  return {
    connect: async (endpoint, reading, options) => {
      const own = reads === undefined ? options : { ...options, reads };
      const dial: Dial = (protocol) => source.createConnection(protocol, endpoint, own);
      return { connection: await strategy.connect(dial, reading), opened: true };
    },
    encodeRequest: source.encodeRequest,
  };
}

interface Source {
  readonly findStrategy: typeof findStrategy;
  readonly createConnection: typeof createConnection;
  readonly encodeRequest: typeof encodeRequest;
  readonly openDirectReads: typeof openDirectReads;
}

/** The parts of a checkout's src/ that we call. */
export async function loadSource(checkout: string | undefined): Promise<Source> {
  if (checkout === undefined) {
    return { findStrategy, createConnection, encodeRequest, openDirectReads };
  }
  const load = (file: string) => import(join(checkout, "src", file));
  const source: Source = {
    findStrategy: (await load("strategies/registry.ts")).findStrategy,
    createConnection: (await load("socket.ts")).createConnection,
    encodeRequest: (await load("http1/request.ts")).encodeRequest,
    // Older revisions have none.
    openDirectReads: existsSync(join(checkout, "src/direct-reads.ts"))
      ? (await load("direct-reads.ts")).openDirectReads
      : () => undefined,
  };
  for (const [name, value] of Object.entries(source)) {
    if (typeof value !== "function") throw new Error(`the clients in ${checkout} have no ${name}`);
  }
  return source;
}
