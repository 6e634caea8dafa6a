import { openStreams } from "../streams.ts";
import type { ParsingStrategy } from "./strategy.ts";
import { limitBytes, StreamsConnection } from "./streams-connection.ts";

/** The chunk-loop as the language writes it: `for await` over the Reader. */
export const asyncIterator: ParsingStrategy = {
  name: "async-iterator",
  summary: "the chunk-loop written as for await over the Reader",
  core: false,
  async connect(dial, reading) {
    return new AsyncIteration(await openStreams(dial, limitBytes), reading);
  },
};

class AsyncIteration extends StreamsConnection {
  protected async readAll(): Promise<void> {
    for await (const chunk of this.reader) this.take(chunk);
    this.takeEof();
  }
}
