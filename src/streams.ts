import type { Dial, Endpoint, Protocol, Transport } from "./protocol.ts";
import { defaultLimitBytes, Reader } from "./reader.ts";
import { createConnection } from "./socket.ts";
import { connectionLostError, type FlowControl, Writer } from "./writer.ts";

/** A connection as a pair of streams; nothing else is needed to speak a protocol over it. */
export interface Streams {
  readonly reader: Reader;
  readonly writer: Writer;
}

/** Connects and returns `{ reader, writer }` (asyncio.open_connection). */
export function openConnection(host: string, port: number, limitBytes?: number): Promise<Streams> {
  const endpoint: Endpoint = { host, port };
  return openStreams((protocol) => createConnection(protocol, endpoint), limitBytes);
}

/** The same over any Dial. */
export async function openStreams(dial: Dial, limitBytes = defaultLimitBytes): Promise<Streams> {
  const protocol = new StreamProtocol(limitBytes);
  const transport = await dial(protocol);
  return { reader: protocol.reader, writer: new Writer(transport, protocol, protocol.reader) };
}

/** Feeds a Reader from a transport, and tells a Writer when to go on (StreamReaderProtocol). */
class StreamProtocol implements Protocol, FlowControl {
  readonly reader: Reader;
  readonly closed: Promise<void>;
  private readonly close: PromiseWithResolvers<void>;
  /** Pending while writing is paused; any number of writers may wait for it. */
  private drain: PromiseWithResolvers<void> | undefined;
  private lost = false;

  constructor(limitBytes: number) {
    this.reader = new Reader(limitBytes);
    this.close = Promise.withResolvers<void>();
    this.closed = this.close.promise;
    // Nobody is obliged to call waitClosed().
    this.closed.catch(() => {});
  }

  connectionMade(transport: Transport): void {
    this.reader.setTransport(transport);
  }

  dataReceived(data: Uint8Array): void {
    this.reader.feed(data);
  }

  eofReceived(): boolean {
    this.reader.feedEof();
    return true;
  }

  connectionLost(error: Error | null): void {
    this.lost = true;
    if (error === null) {
      this.reader.feedEof();
      this.close.resolve();
      this.drain?.resolve();
    } else {
      this.reader.setException(error);
      this.close.reject(error);
      this.drain?.reject(error);
    }
  }

  pauseWriting(): void {
    this.drain = Promise.withResolvers<void>();
    this.drain.promise.catch(() => {});
  }

  resumeWriting(): void {
    this.drain?.resolve();
    this.drain = undefined;
  }

  async drained(): Promise<void> {
    if (this.lost) throw connectionLostError();
    await this.drain?.promise;
  }
}
