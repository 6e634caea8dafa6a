import { concat } from "./byte-queue.ts";
import { ReadError } from "./errors.ts";
import type { Transport } from "./protocol.ts";
import type { Reader } from "./reader.ts";

/** What a Writer needs to know of its connection beyond the Transport. */
export interface FlowControl {
  /** Resolves at once, or when the write buffer has drained; rejects when the connection is lost. */
  drained(): Promise<void>;
  /** Resolves when the connection is gone; rejects with the error that ended it. */
  readonly closed: Promise<void>;
}

/** The writing half of a connection, with the semantics of asyncio.StreamWriter. */
export class Writer {
  readonly transport: Transport;
  private readonly flow: FlowControl;
  private readonly reader: Reader;

  constructor(transport: Transport, flow: FlowControl, reader: Reader) {
    this.transport = transport;
    this.flow = flow;
    this.reader = reader;
  }

  /** Sends `data` without waiting; follow with `await drain()` where much is written. */
  write(data: Uint8Array): void {
    this.transport.write(data);
  }

  /** Sends `lines` as one write, so that they go out together. */
  writeLines(lines: Iterable<Uint8Array>): void {
    this.transport.write(concat([...lines]));
  }

  /** Half-closes: the peer sees EOF, reading goes on. */
  writeEof(): void {
    this.transport.writeEof();
  }

  /** Waits until it is a good time to write again. */
  async drain(): Promise<void> {
    const error = this.reader.exception();
    if (error !== undefined) throw error;
    // A closing transport needs a turn of the event loop to report that the connection is lost.
    if (this.transport.isClosing()) await Bun.sleep(0);
    await this.flow.drained();
  }

  close(): void {
    this.transport.close();
  }

  isClosing(): boolean {
    return this.transport.isClosing();
  }

  waitClosed(): Promise<void> {
    return this.flow.closed;
  }
}

/** The error of a write on a connection that is gone. */
export function connectionLostError(): ReadError {
  return new ReadError("reset", "Connection lost");
}
