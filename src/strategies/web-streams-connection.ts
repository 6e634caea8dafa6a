import type { ReadableStreamBYOBReader, ReadableStreamDefaultReader } from "node:stream/web";
import { type Reading, ResponseCollector } from "../http1/response.ts";
import type { WebStreams } from "../web-streams.ts";
import { CollectingConnection } from "./collecting-connection.ts";

type StreamReader = ReadableStreamDefaultReader<Uint8Array> | ReadableStreamBYOBReader;

/** Whoever reads is told of every end; these promises say nothing more. */
function ignore(): void {}

/** A pair of the platform's streams as a connection; how the readable is read is its subclass's. */
export abstract class WebStreamsConnection<R extends StreamReader> extends CollectingConnection {
  protected readonly reader: R;
  private readonly streams: WebStreams;
  private readBytes = 0;
  private readonly writer: WritableStreamDefaultWriter<Uint8Array>;

  constructor(streams: WebStreams, reader: R, reading: Reading) {
    super(new ResponseCollector(reading));
    this.streams = streams;
    this.reader = reader;
    this.writer = streams.writable.getWriter();
    this.reader.closed.catch(ignore);
    this.writer.closed.catch(ignore);
    // It runs to its first wait before its subclass has fields.
    this.readAll().catch((error) => this.fail(error));
  }

  /** Reads and takes until EOF; rejects with what ends it before. One task for the whole connection. */
  protected abstract readAll(): Promise<void>;

  protected isReady(): boolean {
    return (this.writer.desiredSize ?? 0) > 0;
  }

  /** A chunk that a pending read was given is in no queue any more, and still not read by us. */
  protected override unreadBytes(): number {
    return this.streams.receivedBytes - this.readBytes;
  }

  protected override take(chunk: Uint8Array): void {
    this.readBytes += chunk.length;
    super.take(chunk);
  }

  protected write(bytes: Uint8Array): void {
    // Not awaited: the answer may come before the request is sent whole. A failure ends reading too.
    this.writer.write(bytes).catch(ignore);
  }

  protected override missing(byteLength: number): void {
    this.streams.expect(byteLength);
  }

  protected shut(): void {
    this.streams.close();
  }

  protected abort(): void {
    this.writer.abort().catch(ignore);
    this.reader.cancel().catch(ignore);
    this.streams.abort();
  }
}
