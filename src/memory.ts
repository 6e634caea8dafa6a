import { copyOf } from "./http1/bytes.ts";
import type { Dial, Protocol, Transport } from "./protocol.ts";

/**
 * A connection with no socket behind it: a test or a benchmark plays the peer. What `deliver` brings
 * trickles out in pieces of at most `maxBytes`, and waits while reading is paused.
 */
export class MemoryTransport implements Transport {
  /** Everything that the protocol has written, in order. */
  readonly written: Uint8Array[] = [];
  private readonly protocol: Protocol;
  private readonly incoming: Uint8Array[] = [];
  private paused = false;
  private closing = false;
  private lost = false;
  private delivering = false;
  private eof = false;
  wroteEof = false;

  constructor(protocol: Protocol) {
    this.protocol = protocol;
    protocol.connectionMade(this);
  }

  /** The peer sends `data`. Throws a RangeError for pieces of less than a byte. */
  deliver(data: Uint8Array, maxBytes = Number.POSITIVE_INFINITY): void {
    if (!(maxBytes >= 1))
      throw new RangeError(`pieces of at most ${maxBytes} bytes: 1 is the least`);
    for (let at = 0; at < data.length; at += maxBytes) {
      this.incoming.push(copyOf(data, at, at + maxBytes));
    }
    this.flow();
  }

  /** The peer sends FIN, after what it has sent before. */
  deliverEof(): void {
    this.eof = true;
    this.flow();
  }

  /** The connection breaks: null for an orderly close. */
  lose(error: Error | null): void {
    if (this.closing && error === null) return;
    this.end(error);
  }

  get isPaused(): boolean {
    return this.paused;
  }

  write(data: Uint8Array): void {
    if (this.wroteEof) throw new Error("cannot write after writeEof()");
    if (!this.closing) this.written.push(copyOf(data, 0, data.length));
  }

  writeEof(): void {
    this.wroteEof = true;
  }

  pauseReading(): void {
    this.paused = true;
  }

  resumeReading(): void {
    this.paused = false;
    queueMicrotask(() => this.flow());
  }

  close(): void {
    if (this.closing) return;
    this.closing = true;
    queueMicrotask(() => this.end(null));
  }

  abort(): void {
    this.close();
  }

  isClosing(): boolean {
    return this.closing;
  }

  writeBufferSize(): number {
    return 0;
  }

  private end(error: Error | null): void {
    if (this.lost) return;
    this.closing = true;
    this.lost = true;
    this.protocol.connectionLost(error);
  }

  private flow(): void {
    if (this.delivering) return;
    this.delivering = true;
    try {
      while (!this.paused && !this.closing && this.incoming.length > 0) {
        this.hand(this.incoming.shift() as Uint8Array);
      }
    } finally {
      this.delivering = false;
    }
    if (!this.eof || this.paused || this.closing || this.incoming.length > 0) return;
    this.eof = false;
    if (!this.protocol.eofReceived()) this.close();
  }

  /** The next piece of what has come, or as much of it as the protocol's buffer takes. */
  private hand(piece: Uint8Array): void {
    const buffer = this.protocol.getBuffer?.();
    if (buffer === undefined) {
      this.protocol.dataReceived(piece);
      return;
    }
    if (buffer.length === 0) throw new Error("getBuffer() returned an empty buffer");
    const taken = piece.subarray(0, buffer.length);
    buffer.set(taken);
    if (taken.length < piece.length) this.incoming.unshift(piece.subarray(taken.length));
    this.protocol.bufferUpdated?.(taken.length);
  }
}

/** A Dial whose connections stay in memory; `onConnect` receives each one to play the peer. */
export function dialMemory(onConnect: (transport: MemoryTransport) => void): Dial {
  return (protocol) => {
    const transport = new MemoryTransport(protocol);
    onConnect(transport);
    return Promise.resolve(transport);
  };
}
