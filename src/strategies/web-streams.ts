import type { ReadableStreamDefaultReader } from "node:stream/web";
import type { EncodedRequest } from "../http1/request.ts";
import { type Reading, type Response, ResponseCollector } from "../http1/response.ts";
import { openWebStreams, type WebStreams } from "../web-streams.ts";
import { observed, type PromisedConnection } from "./promised.ts";
import type { ExchangeOptions, ParsingStrategy } from "./strategy.ts";

/** Step 6: the loop again, on the platform's ReadableStream and WritableStream. */
export const webStreams: ParsingStrategy = {
  name: "web-streams",
  summary: "the same loop on a ReadableStream and a WritableStream",
  core: true,
  async connect(dial, reading) {
    return observed(new WebStreamLoop(await openWebStreams(dial), reading));
  },
};

class WebStreamLoop implements PromisedConnection {
  private readonly reader: ReadableStreamDefaultReader<Uint8Array>;
  private readonly writer: WritableStreamDefaultWriter<Uint8Array>;
  private readonly collector: ResponseCollector;
  private readonly streams: WebStreams;
  private open = true;

  constructor(streams: WebStreams, reading: Reading) {
    const { readable, writable } = streams;
    this.streams = streams;
    this.reader = readable.getReader();
    this.writer = writable.getWriter();
    this.collector = new ResponseCollector(reading);
    const ended = () => this.close();
    this.reader.closed.then(ended, ended);
    this.writer.closed.catch(ended);
  }

  get usable(): boolean {
    // Between exchanges nothing may wait: it would be taken for the next answer.
    return this.open && this.streams.bufferedBytes === 0;
  }

  async request(request: EncodedRequest, { keepBody }: ExchangeOptions): Promise<Response> {
    try {
      this.collector.begin(request.method, keepBody);
      await this.writer.write(request.bytes);
      const response = await this.readResponse();
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

  private async readResponse(): Promise<Response> {
    for (;;) {
      const { done, value } = await this.reader.read();
      if (done) {
        this.collector.feedEof();
        return this.collector.take();
      }
      if (this.collector.feed(value)) return this.collector.take();
    }
  }
}
