import type { Dial, Endpoint, Protocol, Transport } from "./protocol.ts";
import { createConnection } from "./socket.ts";
import { connectionLostError } from "./writer.ts";

/** A connection as the platform's own pair of streams. */
export interface WebStreams {
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<Uint8Array>;
  /** Bytes that have arrived and wait in `readable`. */
  readonly bufferedBytes: number;
}

/** Reading pauses while this much waits in the stream: two of the largest chunks that Bun delivers. */
const highWaterBytes = 1024 * 1024;

/** `openConnection` on ReadableStream and WritableStream. */
export function openWebConnection(host: string, port: number): Promise<WebStreams> {
  const endpoint: Endpoint = { host, port };
  return openWebStreams((protocol) => createConnection(protocol, endpoint));
}

/** The same over any Dial. */
export async function openWebStreams(dial: Dial): Promise<WebStreams> {
  const protocol = new WebStreamProtocol();
  await dial(protocol);
  return protocol;
}

class WebStreamProtocol implements Protocol, WebStreams {
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<Uint8Array>;
  private transport: Transport | undefined;
  private source: ReadableStreamDefaultController<Uint8Array> | undefined;
  private sink: WritableStreamDefaultController | undefined;
  private writeWaiter: PromiseWithResolvers<void> | undefined;
  private readingPaused = false;
  private done = false;

  constructor() {
    this.readable = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.source = controller;
        },
        pull: () => this.resume(),
        cancel: () => {
          this.done = true;
          this.transport?.abort();
        },
      },
      new ByteLengthQueuingStrategy({ highWaterMark: highWaterBytes }),
    );
    this.writable = new WritableStream<Uint8Array>({
      start: (controller) => {
        this.sink = controller;
      },
      write: (data) => {
        this.transport?.write(data);
        return this.writeWaiter?.promise;
      },
      close: () => this.transport?.writeEof(),
      abort: () => this.transport?.abort(),
    });
  }

  get bufferedBytes(): number {
    return this.done ? 0 : highWaterBytes - (this.source?.desiredSize ?? highWaterBytes);
  }

  connectionMade(transport: Transport): void {
    this.transport = transport;
  }

  dataReceived(data: Uint8Array): void {
    const source = this.source as ReadableStreamDefaultController<Uint8Array>;
    source.enqueue(data);
    if ((source.desiredSize ?? 0) <= 0 && !this.readingPaused) {
      this.readingPaused = true;
      this.transport?.pauseReading();
    }
  }

  eofReceived(): boolean {
    this.finish(null);
    return true;
  }

  connectionLost(error: Error | null): void {
    this.finish(error);
    this.sink?.error(error ?? connectionLostError());
    this.writeWaiter?.reject(error ?? connectionLostError());
  }

  pauseWriting(): void {
    this.writeWaiter = Promise.withResolvers<void>();
    this.writeWaiter.promise.catch(() => {});
  }

  resumeWriting(): void {
    this.writeWaiter?.resolve();
    this.writeWaiter = undefined;
  }

  private resume(): void {
    if (!this.readingPaused) return;
    this.readingPaused = false;
    this.transport?.resumeReading();
  }

  private finish(error: Error | null): void {
    if (this.done) return;
    this.done = true;
    if (error === null) this.source?.close();
    else this.source?.error(error);
  }
}
