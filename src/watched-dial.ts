import { ReadError } from "./errors.ts";
import type { ArrivalObserver, Dial, Protocol, Transport } from "./protocol.ts";

/**
 * `dial`, whose connections also tell `observer` what arrives, and for which nobody waits longer than
 * `timeoutMs`: it rejects with connect-timeout, and what is made of the connection by then, or later, is
 * closed.
 */
export function watchedDial(dial: Dial, observer: ArrivalObserver, timeoutMs: number): Dial {
  return async (protocol) => {
    const { promise: timedOut, reject } = Promise.withResolvers<never>();
    const watched = new WatchedProtocol(protocol, observer);
    const dialed = dial(watched);
    const timer = setTimeout(() => {
      reject(new ReadError("connect-timeout", `no connection within ${timeoutMs} ms`));
      watched.giveUp();
      dialed.then(
        (transport) => transport.abort(),
        () => {},
      );
    }, timeoutMs);
    try {
      return await Promise.race([dialed, timedOut]);
    } finally {
      clearTimeout(timer);
    }
  };
}

class WatchedProtocol implements Protocol {
  private readonly protocol: Protocol;
  private readonly observer: ArrivalObserver;
  /** Once it is made. */
  private transport: Transport | undefined;
  private givenUp = false;

  constructor(protocol: Protocol, observer: ArrivalObserver) {
    this.protocol = protocol;
    this.observer = observer;
  }

  /** Nobody waits any more, while the dial may shake hands over a connection that it has, or will have. */
  giveUp(): void {
    this.givenUp = true;
    this.transport?.abort();
  }

  connectionMade(transport: Transport): void {
    if (this.givenUp) {
      transport.abort();
      return;
    }
    this.transport = transport;
    this.protocol.connectionMade(transport);
  }

  dataReceived(data: Uint8Array): void {
    this.observer.dataArrived(data.length);
    this.protocol.dataReceived(data);
  }

  getBuffer(): Uint8Array | undefined {
    return this.protocol.getBuffer?.();
  }

  bufferUpdated(byteLength: number): void {
    this.observer.dataArrived(byteLength);
    this.protocol.bufferUpdated?.(byteLength);
  }

  eofReceived(): boolean {
    return this.protocol.eofReceived();
  }

  connectionLost(error: Error | null): void {
    // One that was made too late was never the protocol's.
    if (this.transport !== undefined) this.protocol.connectionLost(error);
  }

  pauseWriting(): void {
    this.protocol.pauseWriting?.();
  }

  resumeWriting(): void {
    this.protocol.resumeWriting?.();
  }
}
