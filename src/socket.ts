import type { Socket } from "bun";
import type { DirectReads } from "./direct-reads.ts";
import { ReadError } from "./errors.ts";
import type { ArrivalObserver, Endpoint, Protocol, Transport } from "./protocol.ts";
import { connectError, nameOf } from "./socket-errors.ts";
import { SocketTransport } from "./socket-transport.ts";
import { timerMs } from "./timeout.ts";

export interface ConnectionOptions {
  /** How long to wait for the connection; 10 s by default. */
  readonly connectTimeoutMs?: number;
  readonly observer?: ArrivalObserver;
  /** Reads the socket in place of Bun while data keeps coming; not by default. */
  readonly reads?: DirectReads;
}

/**
 * Connects to `endpoint` and attaches `protocol` (asyncio's loop.create_connection).
 * Rejects with a ReadError (connect-refused, connect-timeout or connect-failed), with what the
 * protocol's connectionMade has thrown, and with a RangeError for a timeout that is not above 0. Bun cannot give up
 * a connection under way: after connect-timeout the kernel does, once its own patience ends, and until then
 * the process lives.
 */
export async function createConnection(
  protocol: Protocol,
  endpoint: Endpoint,
  options: ConnectionOptions = {},
): Promise<Transport> {
  const connection = new SocketTransport(protocol, options.observer, options.reads);
  const timeoutMs = timerMs(options.connectTimeoutMs ?? 10_000);
  const where = nameOf(endpoint);
  const { promise: timedOut, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    connection.abort();
    reject(new ReadError("connect-timeout", `${where} did not accept within ${timeoutMs} ms`));
  }, timeoutMs);
  try {
    await Promise.race([open(connection, endpoint), timedOut]);
    if (connection.refusal !== undefined) throw connection.refusal.thrown;
    return connection;
  } finally {
    clearTimeout(timer);
  }
}

async function open(connection: SocketTransport, endpoint: Endpoint): Promise<void> {
  try {
    const options = { data: connection, allowHalfOpen: true, socket: handlers };
    await ("unix" in endpoint
      ? Bun.connect<SocketTransport>({ unix: endpoint.unix, ...options })
      : Bun.connect<SocketTransport>({
          hostname: endpoint.host,
          port: endpoint.port,
          ...options,
        }));
  } catch (cause) {
    throw connectError(cause, endpoint);
  }
}

/** Bun captures handlers at connect, so that one object serves every connection. */
const handlers = {
  binaryType: "uint8array",
  open(socket: Socket<SocketTransport>) {
    socket.data.opened(socket);
  },
  data(socket: Socket<SocketTransport>, data: Uint8Array) {
    socket.data.readByBun(data);
  },
  drain(socket: Socket<SocketTransport>) {
    socket.data.drained();
  },
  end(socket: Socket<SocketTransport>) {
    socket.data.ended();
  },
  close(socket: Socket<SocketTransport>, error?: Error) {
    socket.data.closed(error);
  },
  error(socket: Socket<SocketTransport>, error: Error) {
    socket.data.failed(error);
  },
  connectError() {
    // Bun.connect's promise rejects as well; that is where we listen.
  },
} as const;
