import { join } from "node:path";
import { encodeRequest } from "../../src/http1/request.ts";
import { createConnection } from "../../src/socket.ts";
import { findStrategy } from "../../src/strategies/registry.ts";

/** What a driver needs of src/: all that is under test, down to the socket. */
export interface Clients {
  readonly findStrategy: typeof findStrategy;
  readonly createConnection: typeof createConnection;
  readonly encodeRequest: typeof encodeRequest;
}

/** The clients of this checkout, or of another: the harness stays ours. */
export async function loadClients(checkout: string | undefined): Promise<Clients> {
  if (checkout === undefined) return { findStrategy, createConnection, encodeRequest };
  const load = (file: string) => import(join(checkout, "src", file));
  const clients: Clients = {
    findStrategy: (await load("strategies/registry.ts")).findStrategy,
    createConnection: (await load("socket.ts")).createConnection,
    encodeRequest: (await load("http1/request.ts")).encodeRequest,
  };
  for (const [name, value] of Object.entries(clients)) {
    if (typeof value !== "function") throw new Error(`the clients in ${checkout} have no ${name}`);
  }
  return clients;
}
