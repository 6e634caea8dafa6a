import type { ReadableStreamBYOBReader } from "node:stream/web";
import type { EncodedRequest } from "../http1/request.ts";
import { type Reading, type Response, ResponseCollector } from "../http1/response.ts";
import { openWebStreams, type WebStreams } from "../web-streams.ts";
import { observed, type PromisedConnection } from "./promised.ts";
import type { ExchangeOptions, ParsingStrategy } from "./strategy.ts";

/** As large as the largest chunk that Bun delivers. */
const bufferBytes = 512 * 1024;

/** A chunk of up to this size may be held on to by the head in it: it must not be in our buffer. */
const smallBytes = 4 * 1024;

/** web-streams, with a buffer of one's own that every read fills anew: bring your own buffer. */
export const byob: ParsingStrategy = {
  name: "byob",
  summary: "a stream of bytes, each read into the same buffer: bring your own buffer",
  core: false,
  takesChunks: true,
  async connect(dial, reading) {
    return observed(new ByobLoop(await openWebStreams(dial, "bytes"), reading));
  },
};

class ByobLoop implements PromisedConnection {
  private readonly streams: WebStreams;
  private readonly reader: ReadableStreamBYOBReader;
  private readonly writer: WritableStreamDefaultWriter<Uint8Array>;
  private readonly collector: ResponseCollector;
  private buffer = new ArrayBuffer(bufferBytes);
  private open = true;

  constructor(streams: WebStreams, reading: Reading) {
    this.streams = streams;
    this.reader = streams.readable.getReader({ mode: "byob" });
    this.writer = streams.writable.getWriter();
    this.collector = new ResponseCollector(reading);
    const ended = () => this.close();
    this.reader.closed.then(ended, ended);
    this.writer.closed.catch(ended);
  }

  get usable(): boolean {
    return this.open && this.streams.bufferedBytes === 0;
  }

  async request(request: EncodedRequest, { keepBody }: ExchangeOptions): Promise<Response> {
    try {
      this.collector.begin(request.method, keepBody);
      await this.writer.write(request.bytes);
      while (!(await this.readSome(keepBody)));
      const response = this.collector.take();
      if (!response.persistent) this.close();
      return response;
    } catch (error) {
      this.close();
      throw error;
    }
  }

  close(): void {
    if (!this.open) return;
    this.open = false;
    this.writer.abort().catch(() => {});
    this.reader.cancel().catch(() => {});
  }

  /** Whether that completes the response. The stream takes our buffer, and gives it back filled. */
  private async readSome(keepBody: boolean): Promise<boolean> {
    const { done, value } = await this.reader.read(new Uint8Array(this.buffer));
    if (done || value === undefined) {
      this.collector.feedEof();
      return true;
    }
    const { buffer } = value;
    const chunk = keepBody || value.length <= smallBytes ? value.slice() : value;
    const complete = this.collector.feed(chunk);
    this.buffer = buffer;
    return complete;
  }
}
