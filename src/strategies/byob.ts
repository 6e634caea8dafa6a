import type { ReadableStreamBYOBReader } from "node:stream/web";
import type { EncodedRequest } from "../http1/request.ts";
import type { Response } from "../http1/response.ts";
import { openWebStreams } from "../web-streams.ts";
import type { ExchangeObserver, ParsingStrategy } from "./strategy.ts";
import { WebStreamsConnection } from "./web-streams-connection.ts";

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
    const streams = await openWebStreams(dial, "bytes");
    const reader = streams.readable.getReader({ mode: "byob" });
    return new ByobLoop(streams, reader, reading);
  },
};

class ByobLoop extends WebStreamsConnection<ReadableStreamBYOBReader> {
  private buffer = new ArrayBuffer(bufferBytes);

  async exchange(request: EncodedRequest, observer: ExchangeObserver<Response>): Promise<void> {
    try {
      // What is read into is our own buffer, again and again.
      this.begin(request, { keepBody: observer.keepBody, freeChunks: false });
      for (;;) {
        // The stream takes our buffer, and gives it back filled.
        const { done, value } = await this.reader.read(new Uint8Array(this.buffer));
        if (done || value === undefined) {
          this.finish();
          break;
        }
        this.buffer = value.buffer;
        const copied = observer.keepBody || value.length <= smallBytes;
        if (this.collector.feed(copied ? value.slice() : value)) break;
      }
    } catch (error) {
      this.fail(observer, error);
      return;
    }
    this.respond(observer);
  }
}
