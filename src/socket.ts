import type { Socket } from "bun";
import { ReadError } from "./errors.ts";
import type { ArrivalObserver, Endpoint, Protocol, Transport } from "./protocol.ts";
import { connectError, nameOf, resetError } from "./socket-errors.ts";

/** asyncio's default: `pauseWriting` above 64 KiB of unsent data, `resumeWriting` at a quarter. */
const highWaterBytes = 64 * 1024;
const lowWaterBytes = highWaterBytes / 4;

export interface ConnectionOptions {
  /** How long to wait for the connection; 10 s by default. */
  readonly connectTimeoutMs?: number;
  readonly observer?: ArrivalObserver;
}

/**
 * Connects to `endpoint` and attaches `protocol` (asyncio's loop.create_connection).
 * Rejects with a ReadError: connect-refused, connect-timeout or connect-failed.
 */
export async function createConnection(
  protocol: Protocol,
  endpoint: Endpoint,
  options: ConnectionOptions = {},
): Promise<Transport> {
  const connection = new SocketTransport(protocol, options.observer);
  const timeoutMs = options.connectTimeoutMs ?? 10_000;
  const where = nameOf(endpoint);
  const { promise: timedOut, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    connection.abort();
    reject(new ReadError("connect-timeout", `${where} did not accept within ${timeoutMs} ms`));
  }, timeoutMs);
  try {
    await Promise.race([open(connection, endpoint), timedOut]);
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
    socket.data.arrived(data);
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

/** A Transport over one Bun socket: the only class that touches one. */
class SocketTransport implements Transport {
  private readonly protocol: Protocol;
  private readonly observer: ArrivalObserver | undefined;
  private socket: Socket<SocketTransport> | undefined;
  private unsent: Uint8Array[] = [];
  private unsentBytes = 0;
  private writingPaused = false;
  private readingPaused = false;
  private eofSeen = false;
  private eofWanted = false;
  private closing = false;
  private lost = false;
  private hangingUp = false;
  private failure: Error | undefined;

  constructor(protocol: Protocol, observer: ArrivalObserver | undefined) {
    this.protocol = protocol;
    this.observer = observer;
  }

  write(data: Uint8Array): void {
    if (this.eofWanted) throw new Error("cannot write after writeEof()");
    if (this.closing || this.socket === undefined || data.length === 0) return;
    if (this.unsentBytes > 0) {
      this.buffer(data);
      return;
    }
    const sent = Math.max(0, this.socket.write(data));
    if (sent < data.length) this.buffer(data.subarray(sent));
  }

  writeEof(): void {
    if (this.eofWanted || this.closing) return;
    this.eofWanted = true;
    if (this.unsentBytes === 0) this.socket?.shutdown();
  }

  pauseReading(): void {
    if (this.readingPaused || this.lost) return;
    this.readingPaused = true;
    this.socket?.pause();
  }

  resumeReading(): void {
    if (!this.readingPaused || this.lost) return;
    this.readingPaused = false;
    this.socket?.resume();
  }

  close(): void {
    if (this.closing) return;
    this.closing = true;
    if (this.unsentBytes === 0) this.hangUp((socket) => socket.end());
  }

  abort(): void {
    this.closing = true;
    this.unsent = [];
    this.unsentBytes = 0;
    this.hangUp((socket) => socket.terminate());
  }

  isClosing(): boolean {
    return this.closing;
  }

  writeBufferSize(): number {
    return this.unsentBytes;
  }

  opened(socket: Socket<SocketTransport>): void {
    this.socket = socket;
    if (this.closing) {
      // The connect timeout came first; nobody waits for this connection any more.
      this.lost = true;
      socket.terminate();
      return;
    }
    this.protocol.connectionMade(this);
  }

  arrived(data: Uint8Array): void {
    if (this.closing) return;
    this.observer?.dataArrived(data.length);
    this.protocol.dataReceived(data);
  }

  drained(): void {
    while (this.unsent.length > 0) {
      const next = this.unsent[0] as Uint8Array;
      const sent = Math.max(0, this.socket?.write(next) ?? 0);
      this.unsentBytes -= sent;
      if (sent < next.length) {
        this.unsent[0] = next.subarray(sent);
        break;
      }
      this.unsent.shift();
    }
    if (this.writingPaused && this.unsentBytes <= lowWaterBytes) {
      this.writingPaused = false;
      this.protocol.resumeWriting?.();
    }
    if (this.unsentBytes > 0) return;
    if (this.closing) this.hangUp((socket) => socket.end());
    else if (this.eofWanted) this.socket?.shutdown();
  }

  ended(): void {
    if (this.eofSeen || this.closing) return;
    this.eofSeen = true;
    if (!this.protocol.eofReceived()) this.close();
  }

  closed(error: Error | undefined): void {
    if (this.lost) return;
    this.lost = true;
    const cause = error ?? this.failure;
    if (this.hangingUp) queueMicrotask(() => this.lose(cause));
    else this.lose(cause);
  }

  private lose(cause: Error | undefined): void {
    // After our own shutdown() Bun reports the peer's FIN as a close without an end.
    if (cause === undefined && this.eofWanted) this.ended();
    this.closing = true;
    this.protocol.connectionLost(cause === undefined ? null : resetError(cause));
  }

  failed(error: Error): void {
    // Bun brings an exception of a handler here, and leaves the socket open: that is ours to end.
    this.failure = error;
    this.abort();
  }

  /** Bun calls `close` from within end(); a Protocol is never called from within its own call. */
  private hangUp(end: (socket: Socket<SocketTransport>) => void): void {
    if (this.socket === undefined || this.lost) return;
    this.hangingUp = true;
    end(this.socket);
    this.hangingUp = false;
  }

  private buffer(data: Uint8Array): void {
    this.unsent.push(data);
    this.unsentBytes += data.length;
    if (!this.writingPaused && this.unsentBytes > highWaterBytes) {
      this.writingPaused = true;
      this.protocol.pauseWriting?.();
    }
  }
}
