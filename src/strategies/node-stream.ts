import type { Duplex } from "node:stream";
import { asError, closedEarlyError } from "../errors.ts";
import type { EncodedRequest } from "../http1/request.ts";
import { type Reading, type Response, ResponseCollector } from "../http1/response.ts";
import { openNodeStream } from "../node-stream.ts";
import { refuse } from "./ready.ts";
import type { Connection, ExchangeObserver, ParsingStrategy } from "./strategy.ts";

/** Node's way: a Duplex, whose "data" event brings chunks. */
export const nodeStream: ParsingStrategy = {
  name: "node-stream",
  summary: "a Duplex of node:stream, whose data events bring chunks",
  core: false,
  async connect(dial, reading) {
    return new NodeStreamConnection(await openNodeStream(dial), reading);
  },
};

class NodeStreamConnection implements Connection<Response> {
  private readonly stream: Duplex;
  private readonly reading: Reading;
  private readonly collector: ResponseCollector;
  private observer: ExchangeObserver<Response> | undefined;
  /** Why no exchange can follow. */
  private ended: Error | undefined;

  constructor(stream: Duplex, reading: Reading) {
    this.stream = stream;
    this.reading = reading;
    this.collector = new ResponseCollector(reading);
    stream.on("data", (data: Uint8Array) => this.arrived(data));
    stream.on("end", () => this.finish());
    stream.on("error", (error) => this.fail(error));
    stream.on("close", () => {
      this.fail(closedEarlyError());
    });
  }

  get usable(): boolean {
    return this.ended === undefined && !this.stream.destroyed && this.stream.writableLength === 0;
  }

  exchange(request: EncodedRequest, observer: ExchangeObserver<Response>): void {
    if (this.ended !== undefined) {
      refuse(observer, this.ended);
      return;
    }
    this.observer = observer;
    this.collector.begin(request.method, observer);
    this.stream.write(request.bytes);
  }

  close(): void {
    this.ended ??= closedEarlyError();
    this.stream.destroy();
  }

  private arrived(data: Uint8Array): void {
    try {
      if (this.collector.feed(data)) this.complete();
    } catch (error) {
      this.fail(asError(error));
    }
  }

  private finish(): void {
    this.ended ??= closedEarlyError();
    if (this.observer === undefined) {
      this.close();
      return;
    }
    try {
      this.collector.feedEof();
      this.complete();
    } catch (error) {
      this.fail(asError(error));
    }
  }

  private complete(): void {
    const response = this.collector.take();
    if (!response.persistent || this.reading === "eof") this.close();
    const { observer } = this;
    this.observer = undefined;
    observer?.responded(response);
  }

  private fail(error: Error): void {
    this.ended ??= error;
    this.close();
    const { observer } = this;
    this.observer = undefined;
    observer?.failed(error);
  }
}
