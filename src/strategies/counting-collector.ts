import { closedEarlyError, ReadError } from "../errors.ts";
import type { EncodedRequest } from "../http1/request.ts";
import { type Reading, ResponseCollector } from "../http1/response.ts";
import type { Collector } from "./collecting-connection.ts";
import type { Answer } from "./strategy.ts";

/** What the first response to a request was like; all others are taken to be alike. */
interface Known {
  readonly wireBytes: number;
  readonly answer: Answer;
}

/** Shared by all connections: with `--close` each carries a single response. */
const knownAnswers = new WeakMap<EncodedRequest, Known>();

/** Parses the first response to a request, and from then on only counts bytes. */
export class CountingCollector implements Collector<Answer> {
  private readonly reading: Reading;
  private readonly first: ResponseCollector;
  private request: EncodedRequest | undefined;
  private known: Known | undefined;
  private received = 0;
  /** The first response itself, whose body can be looked at. */
  private learned: Answer | undefined;

  constructor(reading: Reading) {
    this.reading = reading;
    this.first = new ResponseCollector(reading);
  }

  begin(request: EncodedRequest, keepBody: boolean): void {
    this.received = 0;
    if (request !== this.request) {
      this.request = request;
      this.known = knownAnswers.get(request);
    }
    if (this.known === undefined) this.first.begin(request, keepBody);
  }

  feed(chunk: Uint8Array, from: number): number {
    const { known } = this;
    if (known === undefined) return this.learn(chunk, from);
    const missing =
      this.reading === "eof" ? Number.POSITIVE_INFINITY : known.wireBytes - this.received;
    const used = Math.min(chunk.length, from + missing);
    this.received += used - from;
    return used;
  }

  get missingBytes(): number {
    if (this.known === undefined) return this.first.missingBytes;
    return this.reading === "eof" ? 0 : this.known.wireBytes - this.received;
  }

  feedEof(): void {
    if (this.known === undefined) {
      this.first.feedEof();
      this.know();
      return;
    }
    const { wireBytes } = this.known;
    if (this.received < wireBytes) throw closedEarlyError();
    if (this.received > wireBytes) {
      const message = `${this.received} bytes on the wire where the first response had ${wireBytes}`;
      throw new ReadError("wrong-length", message);
    }
  }

  get complete(): boolean {
    if (this.reading === "eof") return false;
    // Before the first request nothing is under way, as after each answer.
    return this.request === undefined || this.received === this.known?.wireBytes;
  }

  take(): Answer {
    const answer = this.learned ?? (this.known as Known).answer;
    this.learned = undefined;
    return answer;
  }

  /** To be called touches it, and it has all that it needs. */
  prefetch(): void {}

  private learn(chunk: Uint8Array, from: number): number {
    const used = this.first.feed(chunk, from);
    this.received += used - from;
    if (this.first.complete && this.request !== undefined) this.know();
    return used;
  }

  private know(): void {
    const { received: wireBytes } = this;
    this.learned = this.first.take();
    const { status, bodyLength, persistent } = this.learned;
    this.known = { wireBytes, answer: { status, bodyLength, persistent, bodyChunks: [] } };
    if (this.request !== undefined) knownAnswers.set(this.request, this.known);
  }
}
