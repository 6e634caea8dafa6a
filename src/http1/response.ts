import { concat } from "../byte-queue.ts";
import { ReadError, unsolicitedError } from "../errors.ts";
import { copyOf, latin1 } from "./bytes.ts";
import { type ResponseEvents, ResponseParser } from "./parser.ts";
import type { EncodedRequest } from "./request.ts";
import { decodeFieldLines, type ResponseHead } from "./response-head.ts";

/** Shared by all responses without a kept body; never written to. */
const noChunks: Uint8Array[] = [];

const utf8 = new TextDecoder();

/** A complete response. The body stays in the chunks in which it came until somebody joins them. */
export class Response {
  readonly head: ResponseHead;
  readonly bodyChunks: readonly Uint8Array[];
  /** Bytes of the body, its framing removed; also where the body was not kept. */
  readonly bodyLength: number;
  /** Whether the connection can carry another exchange. */
  readonly persistent: boolean;
  private readonly trailerLines: Uint8Array | undefined;
  private decodedHeaders: Headers | undefined;

  constructor(
    head: ResponseHead,
    bodyChunks: readonly Uint8Array[],
    bodyLength: number,
    persistent: boolean,
    trailerLines: Uint8Array | undefined,
  ) {
    this.head = head;
    this.bodyChunks = bodyChunks;
    this.bodyLength = bodyLength;
    this.persistent = persistent;
    this.trailerLines = trailerLines;
  }

  get status(): number {
    return this.head.status;
  }

  get headers(): Headers {
    this.decodedHeaders ??= this.head.decodeHeaders();
    return this.decodedHeaders;
  }

  get trailers(): Headers {
    const lines = this.trailerLines === undefined ? "" : latin1(this.trailerLines);
    return decodeFieldLines(lines.split("\r\n"));
  }

  bytes(): Uint8Array {
    return concat(this.bodyChunks);
  }

  text(): string {
    return utf8.decode(this.bytes());
  }
}

/**
 * How a response is known to be complete: by its own framing, on a connection that is kept alive, or
 * by EOF, on a connection of its own.
 */
export type Reading = "message" | "eof";

/**
 * Collects one response after another from the bytes of a connection. What every strategy shares,
 * so that strategies differ in nothing but how they come by those bytes.
 */
export class ResponseCollector implements ResponseEvents {
  private readonly reading: Reading;
  private readonly parser: ResponseParser;
  private current: ResponseHead | undefined;
  private chunks: Uint8Array[] = noChunks;
  private keepBody = true;
  private bodyLength = 0;
  private persistent = false;
  private trailerLines: Uint8Array | undefined;

  constructor(reading: Reading, maxHeadBytes?: number) {
    this.reading = reading;
    this.parser = new ResponseParser(this, maxHeadBytes);
  }

  /** Expects the response to `request`, whose body is kept in it or only counted. */
  begin({ method }: Pick<EncodedRequest, "method">, keepBody = true): void {
    this.keepBody = keepBody;
    this.current = undefined;
    this.chunks = noChunks;
    this.bodyLength = 0;
    this.trailerLines = undefined;
    this.parser.begin(method);
  }

  /**
   * Takes what of `data` from index `from` belongs to this response, and returns the index after it.
   * Throws a ReadError for bytes that no response has.
   */
  feed(data: Uint8Array, from = 0): number {
    const used = this.parser.feed(data, from);
    // Until an EOF nothing can follow.
    if (used < data.length && this.reading === "eof") throw unsolicitedError(data.length - used);
    // Another response is in it too, and whoever is given a body may transfer its memory.
    if (this.keepBody && (from > 0 || used < data.length)) this.copyPiecesOf(data);
    return used;
  }

  /** The response has ended by its own framing; until EOF none does. */
  get complete(): boolean {
    return this.reading === "message" && this.parser.idle;
  }

  get missingBytes(): number {
    return this.parser.missingBytes;
  }

  /** The peer closed. Throws closed-early unless that completes the response. */
  feedEof(): void {
    this.parser.feedEof();
    if (this.current === undefined) {
      throw new ReadError("closed-early", "the server closed the connection without a response");
    }
  }

  /** The response that is complete. */
  take(): Response {
    const head = this.current as ResponseHead;
    const persistent = this.persistent && this.reading === "message";
    return new Response(head, this.chunks, this.bodyLength, persistent, this.trailerLines);
  }

  prefetch(): void {
    this.parser.prefetch();
  }

  private copyPiecesOf({ buffer }: Uint8Array): void {
    this.chunks = this.chunks.map((piece) =>
      piece.buffer === buffer ? copyOf(piece, 0, piece.length) : piece,
    );
  }

  interim(): void {}

  head(head: ResponseHead): void {
    this.current = head;
  }

  body(chunk: Uint8Array, start: number, end: number): void {
    this.bodyLength += end - start;
    if (!this.keepBody) return;
    const data = end - start === chunk.length ? chunk : chunk.subarray(start, end);
    if (this.chunks === noChunks) this.chunks = [data];
    else this.chunks.push(data);
  }

  trailers(lines: Uint8Array): void {
    this.trailerLines = lines;
  }

  end(persistent: boolean): void {
    this.persistent = persistent;
  }
}
