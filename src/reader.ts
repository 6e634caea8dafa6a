import { ByteQueue, concat } from "./byte-queue.ts";
import { IncompleteReadError, LimitOverrunError } from "./errors.ts";
import type { Transport } from "./protocol.ts";
import { Waiter } from "./waiter.ts";

export const defaultLimitBytes = 64 * 1024;

const noBytes = new Uint8Array(0);
const newline = new Uint8Array([0x0a]);

/**
 * Bytes that one side feeds and one task reads, with the semantics of asyncio.StreamReader
 * (CPython 3.11, Lib/asyncio/streams.py). Above twice `limitBytes` of buffered data the transport is
 * paused, at or below `limitBytes` it is resumed. Every read rejects with the error that
 * `setException` was given, once there is one.
 */
export class Reader {
  private readonly limitBytes: number;
  private readonly buffer = new ByteQueue();
  private readonly waiter = new Waiter();
  private transport: Pick<Transport, "pauseReading" | "resumeReading"> | undefined;
  private eof = false;
  private paused = false;
  private error: Error | undefined;

  constructor(limitBytes: number = defaultLimitBytes) {
    if (!(limitBytes > 0)) throw new RangeError("Limit cannot be <= 0");
    throwUnlessSize(limitBytes, "limit");
    this.limitBytes = limitBytes;
  }

  /** What to pause when the buffer overflows. */
  setTransport(transport: Pick<Transport, "pauseReading" | "resumeReading">): void {
    this.transport = transport;
  }

  /** Takes over `data`, which asyncio copies: whoever feeds it must not write to it again. */
  feed(data: Uint8Array): void {
    if (this.eof) throw new Error("feed() after feedEof()");
    if (data.length === 0) return;
    this.buffer.push(data);
    this.waiter.wake();
    if (!this.paused && this.transport && this.buffer.length > 2 * this.limitBytes) {
      this.paused = true;
      this.transport.pauseReading();
    }
  }

  feedEof(): void {
    this.eof = true;
    this.waiter.wake();
  }

  setException(error: Error): void {
    this.error = error;
    this.waiter.fail(error);
  }

  exception(): Error | undefined {
    return this.error;
  }

  /** Bytes that were fed and not yet read. */
  get bufferedBytes(): number {
    return this.buffer.length;
  }

  /** True when EOF was fed and nothing is left to read. */
  atEof(): boolean {
    return this.eof && this.buffer.length === 0;
  }

  /**
   * Up to `n` bytes, as soon as there are any; empty at EOF. A negative `n` reads until EOF.
   * One read may return less than a message: call it in a loop. Rejects with a RangeError for an `n`
   * above 0 that is neither whole nor Infinity, and for NaN.
   */
  async read(n = -1): Promise<Uint8Array> {
    this.throwIfFailed();
    if (n === 0) return noBytes;
    if (n < 0) return this.readToEof();
    throwUnlessSize(n, "read size");
    if (this.buffer.length === 0 && !this.eof) await this.waitForData("read");
    return this.take(n);
  }

  /**
   * What `read` gives, where it need not wait: undefined when nothing has been fed, empty at EOF.
   * Throws the error that `read` would reject with.
   */
  readNow(n: number): Uint8Array | undefined {
    throwUnlessSize(n, "read size");
    this.throwIfFailed();
    if (this.buffer.length === 0 && !this.eof) return undefined;
    return this.take(n);
  }

  /**
   * Resolves when `readNow` has something to give. A loop over the two costs no promise for data that
   * is there. And none ever holds a chunk: a promise that outlives a young collection is promoted, and would
   * keep its result, 64 KiB perhaps, until the next full one.
   */
  whenReadable(): Promise<void> {
    if (this.buffer.length > 0 || this.eof || this.error !== undefined) return Promise.resolve();
    try {
      return this.waitForData("whenReadable");
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** Exactly `n` bytes; rejects with IncompleteReadError when EOF comes first. */
  async readExactly(n: number): Promise<Uint8Array> {
    if (n < 0) throw new RangeError("readExactly size can not be less than zero");
    if (!Number.isSafeInteger(n)) throw new RangeError(`readExactly size is no whole number: ${n}`);
    this.throwIfFailed();
    if (n === 0) return noBytes;
    while (this.buffer.length < n) {
      if (this.eof) throw new IncompleteReadError(this.takeAll(), n);
      await this.waitForData("readExactly");
    }
    return this.take(n);
  }

  /**
   * Everything up to and including `separator`. Rejects with IncompleteReadError at EOF, and with
   * LimitOverrunError, the data left in place, when it would return more than the limit.
   */
  async readUntil(separator: Uint8Array = newline): Promise<Uint8Array> {
    const length = separator.length;
    if (length === 0) throw new RangeError("Separator should be at least one-byte string");
    this.throwIfFailed();
    let searched = 0;
    for (;;) {
      const buffered = this.buffer.length;
      if (buffered - searched >= length) {
        const at = this.buffer.indexOf(separator, searched);
        if (at > this.limitBytes) {
          throw new LimitOverrunError("Separator is found, but chunk is longer than limit", at);
        }
        if (at !== -1) return this.take(at + length);
        searched = buffered + 1 - length;
        if (searched > this.limitBytes) {
          const message = "Separator is not found, and chunk exceed the limit";
          throw new LimitOverrunError(message, searched);
        }
      }
      if (this.eof) throw new IncompleteReadError(this.takeAll());
      await this.waitForData("readUntil");
    }
  }

  /** A line with its newline; what is left at EOF. A line over the limit is dropped: RangeError. */
  async readLine(): Promise<Uint8Array> {
    try {
      return await this.readUntil(newline);
    } catch (error) {
      if (error instanceof IncompleteReadError) return error.partial;
      if (!(error instanceof LimitOverrunError)) throw error;
      if (this.buffer.indexOf(newline, error.consumed) === error.consumed) {
        this.buffer.take(error.consumed + 1);
      } else {
        this.buffer.clear();
      }
      this.resumeIfDrained();
      throw new RangeError(error.message, { cause: error });
    }
  }

  /** Block after block until EOF, for `for await (const block of reader)`: asyncio's gives lines. */
  [Symbol.asyncIterator](): AsyncIterator<Uint8Array, void, undefined> {
    // Not an async generator, which queues its calls: 2 more promises a block, and 2 to leave the loop.
    return {
      next: async () => {
        let block = this.readNow(this.limitBytes);
        for (; block === undefined; block = this.readNow(this.limitBytes)) {
          await this.whenReadable();
        }
        return block.length === 0
          ? { done: true, value: undefined }
          : { done: false, value: block };
      },
    };
  }

  private async readToEof(): Promise<Uint8Array> {
    const blocks: Uint8Array[] = [];
    for (;;) {
      const block = await this.read(this.limitBytes);
      if (block.length === 0) return concat(blocks);
      blocks.push(block);
    }
  }

  private waitForData(who: string): Promise<void> {
    const woken = this.waiter.wait(who);
    // A read that wants more than the limit must be able to get it.
    if (this.paused) {
      this.paused = false;
      this.transport?.resumeReading();
    }
    return woken;
  }

  private take(n: number): Uint8Array {
    const data = this.buffer.take(n);
    this.resumeIfDrained();
    return data;
  }

  /** What is left when a read fails at EOF; asyncio does not resume the transport then. */
  private takeAll(): Uint8Array {
    return this.buffer.take(this.buffer.length);
  }

  private resumeIfDrained(): void {
    if (this.paused && this.buffer.length <= this.limitBytes) {
      this.paused = false;
      this.transport?.resumeReading();
    }
  }

  private throwIfFailed(): void {
    if (this.error !== undefined) throw this.error;
  }
}

/** A part of a byte cannot be read: what the buffer then said of itself would be wrong. */
function throwUnlessSize(n: number, what: string): void {
  if (n >= 0 && (Number.isSafeInteger(n) || n === Number.POSITIVE_INFINITY)) return;
  throw new RangeError(`${what} is no whole number: ${n}`);
}
