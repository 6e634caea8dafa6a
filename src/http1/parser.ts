import { MalformedResponseError, ReadError } from "../errors.ts";
import { CR, copyOf } from "./bytes.ts";
import { type ChunkSize, scanChunkSizeLine } from "./chunk.ts";
import { HeadFacts, needMore, scanFieldLine, scanLineEnd, scanStatusLine } from "./head.ts";
import { LineBuffer } from "./line-buffer.ts";
import { ResponseHead } from "./response-head.ts";

/** What a parser tells, in order: interim* head body* trailers? end. */
export interface ResponseEvents {
  /** A 1xx answer; the final one follows. */
  interim(head: ResponseHead): void;
  head(head: ResponseHead): void;
  /**
   * `chunk[start, end)`, as it was fed, is a piece of the body. A view of it would cost 0.3 µs, which
   * who only counts need not pay.
   */
  body(chunk: Uint8Array, start: number, end: number): void;
  /** The trailer section, where a chunked body has one. */
  trailers(lines: Uint8Array): void;
  /** The response is complete; `persistent`: another may follow on this connection. */
  end(persistent: boolean): void;
}

type Phase =
  | "idle"
  | "status-line"
  | "field-line"
  | "fixed-body"
  | "eof-body"
  | "chunk-size"
  | "chunk-data"
  | "chunk-end"
  | "trailer"
  | "failed";

/** Bytes that one head, or one trailer section, may take: what Node and nginx allow, and some. */
const defaultMaxHeadBytes = 32 * 1024;

/**
 * The last head that any connection has read. Of ten thousand connections that a server answers, each sees
 * its date change; with this all of them have the same head, read once and in the caches.
 */
let latestHead: ResponseHead | undefined;

/**
 * A sans-IO reader of HTTP/1.1 responses (RFC 9112): bytes in, events out, no socket. It is strict:
 * what RFC 9112 lets a recipient reject, it rejects, with a MalformedResponseError that says what
 * and at which byte. Folded lines, versions above 1.1 and statuses above 599 as well, with which the RFC asks
 * a browser to bear: who measures a server should know of them. After an error it takes nothing more, and
 * throws that error again.
 */
export class ResponseParser {
  private readonly events: ResponseEvents;
  private readonly maxHeadBytes: number;
  /** Of the head that is being read, or was. */
  private facts = new HeadFacts();
  /** The head of the last response. */
  private known: ResponseHead | undefined;
  /** Sections that come in pieces; made by the first, as most connections see none. */
  private lines: LineBuffer | undefined;
  private phase: Phase = "idle";
  private bodyAllowed = true;
  private remaining = 0;
  private readonly chunkSize: ChunkSize = { bytes: 0 };
  /** Offset in the response of the first byte of the chunk that is being fed: negative where another ended in it. */
  private offset = 0;

  private failure: unknown;

  constructor(events: ResponseEvents, maxHeadBytes = defaultMaxHeadBytes) {
    this.events = events;
    this.maxHeadBytes = maxHeadBytes;
  }

  /** True between responses: nothing is expected, and nothing will be consumed. */
  get idle(): boolean {
    return this.phase === "idle";
  }

  /** Bytes that are still to come at least, as far as is known. */
  get missingBytes(): number {
    const { phase, remaining } = this;
    return phase === "fixed-body" || phase === "chunk-data" ? remaining : 0;
  }

  /** As ArrivalObserver has it: to call it touches the parser, and the parser has all that it needs. */
  prefetch(): void {}

  /** Expects the response to a request of `method`. */
  begin(method: string): void {
    if (this.phase === "failed") return;
    this.bodyAllowed = method !== "HEAD";
    this.offset = 0;
    this.phase = "status-line";
  }

  /**
   * Takes what of `chunk` from index `from` belongs to this response, and returns the index after it;
   * the rest is the next one's.
   */
  feed(chunk: Uint8Array, from = 0): number {
    let at = from;
    this.offset -= from;
    while (at < chunk.length && this.phase !== "idle") {
      switch (this.phase) {
        case "fixed-body":
        case "chunk-data":
          at = this.feedCounted(chunk, at);
          break;
        case "eof-body":
          this.events.body(chunk, at, chunk.length);
          at = chunk.length;
          break;
        // Who has failed as well: a fourth case of its own would cost a tenth of a response.
        default:
          at = this.feedLines(chunk, at);
      }
    }
    this.offset += at;
    return at;
  }

  /** The peer closed: ends a body that is delimited so; throws closed-early in the midst of a response. */
  feedEof(): void {
    if (this.phase === "idle") return;
    if (this.phase === "failed") throw this.failure;
    if (this.phase === "eof-body") {
      this.finish(false);
      return;
    }
    const got =
      this.offset === 0 ? "before the response" : `after ${this.offset} bytes of the response`;
    throw new ReadError("closed-early", `the server closed the connection ${got}`);
  }

  private finish(persistent: boolean): void {
    this.phase = "idle";
    this.events.end(persistent);
  }

  private feedCounted(chunk: Uint8Array, at: number): number {
    const end = Math.min(chunk.length, at + this.remaining);
    this.remaining -= end - at;
    this.events.body(chunk, at, end);
    if (this.remaining > 0) return end;
    if (this.phase === "chunk-data") this.phase = "chunk-end";
    else this.finish(this.facts.persistent);
    return end;
  }

  /**
   * Lines are scanned where they lie in the chunk. Only a section (a head, a chunk-size line, the
   * trailers) that is split over chunks is gathered in the line buffer first.
   */
  private feedLines(chunk: Uint8Array, at: number): number {
    const { lines, known } = this;
    const isSplit = lines !== undefined && lines.length > 0;
    if (this.phase === "status-line" && !isSplit) {
      if (known?.isAt(chunk, at)) {
        this.beginBody(known);
        return at + known.length;
      }
      if (this.knowsFromOthers(chunk, at)) return this.feedLines(chunk, at);
      this.facts = new HeadFacts();
    }
    if (this.phase === "failed") throw this.failure;
    // Not around everything: what needs no scan takes a tenth longer in a try.
    try {
      return isSplit ? this.feedSplitLines(lines, chunk, at) : this.feedWholeLines(chunk, at);
    } catch (error) {
      this.phase = "failed";
      this.failure = error;
      throw error;
    }
  }

  private feedWholeLines(chunk: Uint8Array, at: number): number {
    const sectionStart = at;
    let lineStart = at;
    for (;;) {
      const next = this.scanLine(chunk, lineStart, chunk.length, this.offset);
      if (next === needMore) {
        this.lines ??= new LineBuffer();
        this.lines.append(chunk, sectionStart, chunk.length);
        this.lines.lineStart = lineStart - sectionStart;
        this.limitSection(this.lines.length, this.offset + sectionStart);
        return chunk.length;
      }
      this.limitSection(next - sectionStart, this.offset + sectionStart);
      if (this.acceptLine(chunk, sectionStart, lineStart, next, this.offset)) return next;
      lineStart = next;
    }
  }

  /** Whether another connection has just read the head that `chunk` has at `at`, which is known from then on. */
  private knowsFromOthers(chunk: Uint8Array, at: number): boolean {
    if (latestHead === undefined || latestHead === this.known) return false;
    if (latestHead.length > this.maxHeadBytes || !latestHead.isAt(chunk, at)) return false;
    this.known = latestHead;
    return true;
  }

  private feedSplitLines(lines: LineBuffer, chunk: Uint8Array, at: number): number {
    const before = lines.length;
    const end = lines.appendLine(chunk, at);
    const lineStart = lines.lineStart;
    const base = this.offset + at - before;
    this.limitSection(lines.length, base);
    const next = this.scanLine(lines.bytes, lineStart, lines.length, base);
    if (next !== needMore) {
      lines.lineStart = next;
      if (this.acceptLine(lines.bytes, 0, lineStart, next, base)) lines.clear();
    }
    return end;
  }

  /** `start` is where in the response the section begins. */
  private limitSection(length: number, start: number): void {
    if (length <= this.maxHeadBytes) return;
    const what = this.phase === "chunk-size" ? "a chunk-size line" : "a header section";
    throw new MalformedResponseError(
      `${what} is longer than ${this.maxHeadBytes} bytes`,
      start + this.maxHeadBytes,
    );
  }

  private scanLine(bytes: Uint8Array, start: number, end: number, base: number): number {
    switch (this.phase) {
      case "status-line":
        return scanStatusLine(bytes, start, end, base, this.facts);
      case "chunk-size":
        return scanChunkSizeLine(bytes, start, end, base, this.chunkSize);
      case "chunk-end":
        return scanLineEnd(bytes, start, end, base, "the data of a chunk");
      default:
        if (start < end && bytes[start] === CR) {
          return scanLineEnd(bytes, start, end, base, "the header section");
        }
        return scanFieldLine(
          bytes,
          start,
          end,
          base,
          this.phase === "field-line" ? this.facts : undefined,
        );
    }
  }

  /**
   * Acts on a complete line; true when it ended its section. `base` is the response offset of
   * bytes[0], for errors.
   */
  private acceptLine(
    bytes: Uint8Array,
    section: number,
    start: number,
    end: number,
    base: number,
  ): boolean {
    const empty = end - start === 2;
    switch (this.phase) {
      case "status-line":
        this.phase = "field-line";
        return false;
      case "chunk-size":
        this.remaining = this.chunkSize.bytes;
        this.phase = this.remaining === 0 ? "trailer" : "chunk-data";
        return true;
      case "chunk-end":
        this.phase = "chunk-size";
        return true;
      case "trailer":
        if (!empty) return false;
        // Copied out before the line buffer is used again.
        if (start > section) this.events.trailers(copyOf(bytes, section, start));
        this.finish(this.facts.persistent);
        return true;
      default:
        if (!empty) return false;
        this.acceptHead(bytes, section, end, base);
        return true;
    }
  }

  /** What is wrong with a head as a whole is known at its last byte. */
  private acceptHead(bytes: Uint8Array, start: number, end: number, base: number): void {
    const { facts } = this;
    const lastByte = base + end - 1;
    if (facts.chunked && (facts.contentLength !== -1 || facts.httpMinor === 0)) {
      const where = facts.contentLength !== -1 ? "beside a Content-Length" : "in HTTP/1.0";
      throw new MalformedResponseError(`Transfer-Encoding ${where}`, lastByte);
    }
    // Copied, which a head that comes again is not: the line buffer is reused, and whoever is given a
    // chunk may do with it as he likes.
    const head = new ResponseHead(facts, copyOf(bytes, start, end));
    if (facts.status < 200) {
      this.acceptInterim(head, lastByte);
      return;
    }
    this.known = head;
    latestHead = head;
    this.beginBody(head);
  }

  /** Decides how the body is delimited, in the order of RFC 9112 section 6.3. */
  private beginBody(head: ResponseHead): void {
    const { facts } = head;
    this.facts = facts;
    this.events.head(head);
    if (!this.bodyAllowed || facts.status === 204 || facts.status === 304) {
      this.finish(facts.persistent);
    } else if (facts.chunked) {
      this.phase = "chunk-size";
    } else if (facts.contentLength === 0) {
      this.finish(facts.persistent);
    } else if (facts.contentLength > 0) {
      this.remaining = facts.contentLength;
      this.phase = "fixed-body";
    } else {
      this.phase = "eof-body";
    }
  }

  private acceptInterim(head: ResponseHead, lastByte: number): void {
    if (head.status === 101) {
      throw new MalformedResponseError(
        "101 Switching Protocols, which was not asked for",
        lastByte,
      );
    }
    this.events.interim(head);
    this.phase = "status-line";
  }
}
