import { asError, closedEarlyError } from "../errors.ts";
import type { EncodedRequest } from "../http1/request.ts";
import { type Reading, type Response, ResponseCollector } from "../http1/response.ts";
import type { Protocol, Transport } from "../protocol.ts";
import { isReady, refuse } from "./ready.ts";
import type { Connection, ExchangeObserver, ParsingStrategy } from "./strategy.ts";

/** Step 1: a Protocol. The response is complete when a callback sees it; there is no promise at all. */
export const callback: ParsingStrategy = {
  name: "callback",
  summary: "a Protocol: dataReceived sees the response complete and calls back",
  core: true,
  async connect(dial, reading) {
    const protocol = new CallbackProtocol(reading);
    await dial(protocol);
    return protocol;
  },
};

class CallbackProtocol implements Protocol, Connection<Response> {
  private readonly reading: Reading;
  private readonly collector: ResponseCollector;
  private transport: Transport | undefined;
  private observer: ExchangeObserver<Response> | undefined;
  /** Why no exchange can follow. */
  private ended: Error | undefined;

  constructor(reading: Reading) {
    this.reading = reading;
    this.collector = new ResponseCollector(reading);
  }

  get usable(): boolean {
    return isReady(this.transport);
  }

  exchange(request: EncodedRequest, observer: ExchangeObserver<Response>): void {
    if (this.ended !== undefined) {
      refuse(observer, this.ended);
      return;
    }
    this.observer = observer;
    this.collector.begin(request.method, observer);
    this.transport?.write(request.bytes);
  }

  close(): void {
    this.transport?.abort();
  }

  connectionMade(transport: Transport): void {
    this.transport = transport;
  }

  dataReceived(data: Uint8Array): void {
    try {
      if (this.collector.feed(data)) this.complete();
    } catch (error) {
      this.fail(asError(error));
    }
  }

  eofReceived(): boolean {
    if (this.observer === undefined) return false;
    try {
      this.collector.feedEof();
      this.complete();
    } catch (error) {
      this.fail(asError(error));
    }
    return false;
  }

  connectionLost(error: Error | null): void {
    this.fail(error ?? closedEarlyError());
  }

  private complete(): void {
    const response = this.collector.take();
    if (!response.persistent && this.reading === "message") this.transport?.close();
    const observer = this.observer;
    this.observer = undefined;
    observer?.responded(response);
  }

  private fail(error: Error): void {
    this.ended ??= error;
    this.transport?.abort();
    const observer = this.observer;
    this.observer = undefined;
    observer?.failed(error);
  }
}
