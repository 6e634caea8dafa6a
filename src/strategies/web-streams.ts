import type { ReadableStreamDefaultReader } from "node:stream/web";
import type { EncodedRequest } from "../http1/request.ts";
import type { Response } from "../http1/response.ts";
import { openWebStreams } from "../web-streams.ts";
import type { ExchangeObserver, ParsingStrategy } from "./strategy.ts";
import { WebStreamsConnection } from "./web-streams-connection.ts";

/** Step 6: the loop again, on the platform's ReadableStream and WritableStream. */
export const webStreams: ParsingStrategy = {
  name: "web-streams",
  summary: "the same loop on a ReadableStream and a WritableStream",
  core: true,
  async connect(dial, reading) {
    const streams = await openWebStreams(dial);
    return new WebStreamLoop(streams, streams.readable.getReader(), reading);
  },
};

class WebStreamLoop extends WebStreamsConnection<ReadableStreamDefaultReader<Uint8Array>> {
  async exchange(request: EncodedRequest, observer: ExchangeObserver<Response>): Promise<void> {
    try {
      this.begin(request, observer);
      for (;;) {
        const { done, value } = await this.reader.read();
        if (done) this.finish();
        if (done || this.collector.feed(value)) break;
      }
    } catch (error) {
      this.fail(observer, error);
      return;
    }
    this.respond(observer);
  }
}
