import type { Duplex } from "node:stream";
import { closedEarlyError } from "../errors.ts";
import { type Reading, ResponseCollector } from "../http1/response.ts";
import { openNodeStream } from "../node-stream.ts";
import { CollectingConnection } from "./collecting-connection.ts";
import type { ParsingStrategy } from "./strategy.ts";

/** Node's way: a Duplex, whose "data" event brings chunks. */
export const nodeStream: ParsingStrategy = {
  name: "node-stream",
  summary: "a Duplex of node:stream, whose data events bring chunks",
  core: false,
  async connect(dial, reading) {
    return new NodeStreamConnection(await openNodeStream(dial), reading);
  },
};

class NodeStreamConnection extends CollectingConnection {
  private readonly stream: Duplex;

  constructor(stream: Duplex, reading: Reading) {
    super(new ResponseCollector(reading));
    this.stream = stream;
    stream.on("data", (chunk: Uint8Array) => this.unlessFailed(() => this.take(chunk)));
    stream.on("end", () => this.unlessFailed(() => this.takeEof()));
    stream.on("error", (error) => this.fail(error));
    stream.on("close", () => this.fail(closedEarlyError()));
  }

  protected isReady(): boolean {
    return !this.stream.destroyed && this.stream.writableLength === 0;
  }

  protected override unreadBytes(): number {
    return this.stream.readableLength;
  }

  protected write(bytes: Uint8Array): void {
    this.stream.write(bytes);
  }

  protected shut(): void {
    this.stream.destroy();
  }

  protected abort(): void {
    this.stream.destroy(closedEarlyError());
  }

  private unlessFailed(act: () => void): void {
    try {
      act();
    } catch (error) {
      this.fail(error);
    }
  }
}
