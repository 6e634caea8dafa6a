import type { ReadableStreamDefaultReader } from "node:stream/web";
import { openWebStreams } from "../web-streams.ts";
import type { ParsingStrategy } from "./strategy.ts";
import { WebStreamsConnection } from "./web-streams-connection.ts";

/** The loop of chunk-loop, on the platform's ReadableStream and WritableStream. */
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
  protected async readAll(): Promise<void> {
    for (;;) {
      const { done, value } = await this.reader.read();
      if (done) return this.takeEof();
      this.take(value);
    }
  }
}
