import { type Reading, ResponseCollector } from "../http1/response.ts";
import type { Reader } from "../reader.ts";
import type { Streams } from "../streams.ts";
import type { Writer } from "../writer.ts";
import { CollectingConnection } from "./collecting-connection.ts";
import { isTransportReady } from "./protocol-connection.ts";

/**
 * The largest chunk that Bun delivers. With it as the reader's limit one chunk never pauses the
 * socket, and one read takes it whole.
 */
export const limitBytes = 512 * 1024;

/** A Reader and a Writer as a connection; how the reader is read is what strategies differ in. */
export abstract class StreamsConnection extends CollectingConnection {
  protected readonly reader: Reader;
  private readonly writer: Writer;

  constructor({ reader, writer }: Streams, reading: Reading) {
    super(new ResponseCollector(reading));
    this.reader = reader;
    this.writer = writer;
    // It runs to its first wait before its subclass has fields.
    this.readAll().catch((error) => this.fail(error));
  }

  /**
   * Reads and takes until EOF; rejects with what ends it before. One task for as long as the
   * connection lives: an async function for each response would cost it half a microsecond.
   */
  protected abstract readAll(): Promise<void>;

  protected isReady(): boolean {
    return isTransportReady(this.writer.transport) && !this.reader.atEof();
  }

  protected override unreadBytes(): number {
    return this.reader.bufferedBytes;
  }

  protected write(bytes: Uint8Array): void {
    this.writer.write(bytes);
  }

  protected override missing(byteLength: number): void {
    this.writer.transport.expect?.(byteLength);
  }

  protected shut(): void {
    this.writer.close();
  }

  protected abort(): void {
    this.writer.transport.abort();
  }
}
