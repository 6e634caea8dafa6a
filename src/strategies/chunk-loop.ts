import { openStreams } from "../streams.ts";
import type { ParsingStrategy } from "./strategy.ts";
import { limitBytes, StreamsConnection } from "./streams-connection.ts";

/** Steps 4 and 5: a Reader is fed, and a task pulls chunks from it until the response is whole. */
export const chunkLoop: ParsingStrategy = {
  name: "chunk-loop",
  summary: "a Reader, read in a loop until the response is whole, and a Writer",
  core: true,
  async connect(dial, reading) {
    return new ChunkLoop(await openStreams(dial, limitBytes), reading);
  },
};

class ChunkLoop extends StreamsConnection {
  protected async readAll(): Promise<void> {
    for (;;) {
      const chunk = this.reader.readNow(limitBytes);
      if (chunk === undefined) await this.reader.whenReadable();
      else if (chunk.length > 0) this.take(chunk);
      else return this.takeEof();
    }
  }
}
