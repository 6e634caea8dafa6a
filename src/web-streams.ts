import type { Dial, Endpoint, Protocol, Transport } from "./protocol.ts";
import { createConnection } from "./socket.ts";
import { connectionLostError } from "./writer.ts";

/** A connection as the platform's own pair of streams. */
export interface WebStreams {
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<Uint8Array>;
  /** Bytes that have arrived so far, whether they were read or not. */
  readonly receivedBytes: number;
  /** As Transport has it: a hint of how many bytes must come before they are of any use. */
  expect(byteLength: number): void;
  /** Sends what is written, and closes. */
  close(): void;
  /** Closes the connection now, also where a write is still under way. */
  abort(): void;
}

/** Reading pauses while this much waits in the stream: two of the largest chunks that Bun delivers. */
const highWaterBytes = 1024 * 1024;

/** From 16 KiB on a buffer that waits is filled in place. */
const leastFilledBytes = 16 * 1024;

/** `openConnection` on ReadableStream and WritableStream. */
export function openWebConnection(host: string, port: number): Promise<WebStreams> {
  const endpoint: Endpoint = { host, port };
  return openWebStreams((protocol) => createConnection(protocol, endpoint));
}

/** The same over any Dial. A stream of "bytes" lets its reader bring a buffer of its own. */
export async function openWebStreams(dial: Dial, type?: "bytes"): Promise<WebStreams> {
  const protocol = new WebStreamProtocol(type);
  await dial(protocol);
  return protocol;
}

/** What the controllers of both types of stream have. */
interface ByteSource {
  readonly desiredSize: number | null;
  /** Of a stream of bytes: the buffer that a pending read has brought. */
  readonly byobRequest?: ReadableStreamBYOBRequest | null;
  enqueue(chunk: Uint8Array<ArrayBuffer>): void;
  close(): void;
  error(reason: unknown): void;
}

class WebStreamProtocol implements Protocol, WebStreams {
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<Uint8Array>;
  private readonly isOfBytes: boolean;
  private transport: Transport | undefined;
  private source: ByteSource | undefined;
  private sink: WritableStreamDefaultController | undefined;
  private writeWaiter: PromiseWithResolvers<void> | undefined;
  private readingPaused = false;
  private done = false;
  receivedBytes = 0;
  /** What came last: what comes next is mostly as large. */
  private lastBytes = leastFilledBytes;

  constructor(type: "bytes" | undefined) {
    this.isOfBytes = type === "bytes";
    const source = {
      start: (controller: ByteSource) => {
        this.source = controller;
      },
      pull: () => this.resume(),
      cancel: () => {
        this.done = true;
        this.transport?.abort();
      },
    };
    this.readable =
      type === "bytes"
        ? new ReadableStream({ type, ...source }, { highWaterMark: highWaterBytes })
        : new ReadableStream(
            source,
            new ByteLengthQueuingStrategy({ highWaterMark: highWaterBytes }),
          );
    this.writable = new WritableStream<Uint8Array>({
      start: (controller) => {
        this.sink = controller;
        // The stream calls abort() only when the write that is under way has ended, and that may wait for ever.
        // Bun's controller has a signal, its type has not.
        const { signal } = controller as typeof controller & { readonly signal: AbortSignal };
        signal.addEventListener("abort", () => this.transport?.abort());
      },
      write: (data) => {
        this.transport?.write(data);
        return this.writeWaiter?.promise;
      },
      close: () => this.transport?.writeEof(),
    });
  }

  expect(byteLength: number): void {
    this.transport?.expect?.(byteLength);
  }

  close(): void {
    this.transport?.close();
  }

  abort(): void {
    this.transport?.abort();
  }

  connectionMade(transport: Transport): void {
    this.transport = transport;
  }

  dataReceived(data: Uint8Array): void {
    const source = this.source as ByteSource;
    // What comes from a socket is never shared memory.
    const chunk = data as Uint8Array<ArrayBuffer>;
    this.receivedBytes += chunk.length;
    this.lastBytes = chunk.length;
    source.enqueue(chunk);
    if ((source.desiredSize ?? 0) <= 0 && !this.readingPaused) {
      this.readingPaused = true;
      this.transport?.pauseReading();
    }
  }

  /**
   * The buffer that a read has brought, if one waits: the kernel then copies right into it. To copy it
   * there from a slab takes half as much CPU again for 1 MiB; but to ask for it takes more than to copy
   * what is small.
   */
  getBuffer(): Uint8Array | undefined {
    if (!this.isOfBytes || this.lastBytes < leastFilledBytes) return undefined;
    // Whatever view the reader has brought, here it is one of bytes.
    return (this.source?.byobRequest?.view as Uint8Array | null | undefined) ?? undefined;
  }

  bufferUpdated(byteLength: number): void {
    this.receivedBytes += byteLength;
    this.lastBytes = byteLength;
    this.source?.byobRequest?.respond(byteLength);
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
    if (error !== null) {
      this.source?.error(error);
      return;
    }
    this.source?.close();
    // A read that brought a buffer gets it back empty.
    this.source?.byobRequest?.respond(0);
  }
}
