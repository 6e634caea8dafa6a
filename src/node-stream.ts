import { Duplex } from "node:stream";
import type { Dial, Protocol, Transport } from "./protocol.ts";
import { connectionLostError } from "./writer.ts";

/** Reading pauses while this much waits in the stream: two of the largest chunks that Bun delivers. */
const highWaterBytes = 1024 * 1024;

/** A connection as a Duplex of node:stream, over any Dial. */
export async function openNodeStream(dial: Dial): Promise<Duplex> {
  const stream = new TransportDuplex();
  await dial(stream.protocol);
  return stream;
}

/** A Transport as a Duplex: what node:net's Socket is, without a socket of its own. */
class TransportDuplex extends Duplex {
  /** What the transport calls; a Duplex has names of its own. */
  readonly protocol: Protocol = {
    connectionMade: (transport) => {
      this.transport = transport;
    },
    dataReceived: (data) => {
      if (!this.push(data)) this.transport?.pauseReading();
    },
    eofReceived: () => {
      this.push(null);
      return true;
    },
    connectionLost: (error) => {
      if (error !== null) this.destroy(error);
      else this.push(null);
      this.drained?.(error ?? connectionLostError());
    },
    pauseWriting: () => {
      this.writingPaused = true;
    },
    resumeWriting: () => {
      this.writingPaused = false;
      const drained = this.drained;
      this.drained = undefined;
      drained?.();
    },
  };
  private transport: Transport | undefined;
  private writingPaused = false;
  private drained: ((error?: Error) => void) | undefined;

  constructor() {
    super({ readableHighWaterMark: highWaterBytes, allowHalfOpen: true });
  }

  override _read(): void {
    this.transport?.resumeReading();
  }

  override _write(data: Uint8Array, _: string, written: (error?: Error) => void): void {
    this.transport?.write(data);
    if (this.writingPaused) this.drained = written;
    else written();
  }

  override _final(written: () => void): void {
    this.transport?.writeEof();
    written();
  }

  /** Without an error what is written is sent first, as node:net's Socket does it. */
  override _destroy(error: Error | null, destroyed: (error: Error | null) => void): void {
    if (error === null) this.transport?.close();
    else this.transport?.abort();
    destroyed(error);
  }
}
