import { asError, closedEarlyError } from "../errors.ts";
import type { EncodedRequest } from "../http1/request.ts";
import { type Reading, type Response, ResponseCollector } from "../http1/response.ts";
import type { Protocol, Transport } from "../protocol.ts";
import { Waiter } from "../waiter.ts";
import { isReady, refuse } from "./ready.ts";
import type { Connection, ExchangeObserver, ParsingStrategy } from "./strategy.ts";

/** Step 3: the protocol keeps one waiter, a future, which the caller awaits once for each response. */
export const future: ParsingStrategy = {
  name: "future",
  summary: "a Protocol with one future, which the end of the response resolves",
  core: true,
  async connect(dial, reading) {
    const protocol = new FutureProtocol(reading);
    await dial(protocol);
    return protocol;
  },
};

class FutureProtocol implements Protocol, Connection<Response> {
  private readonly reading: Reading;
  private readonly collector: ResponseCollector;
  private readonly waiter = new Waiter();
  private transport: Transport | undefined;
  /** Why no exchange can follow. */
  private ended: Error | undefined;

  constructor(reading: Reading) {
    this.reading = reading;
    this.collector = new ResponseCollector(reading);
  }

  get usable(): boolean {
    return isReady(this.transport);
  }

  /** One async function, and its one wait: each more is a promise and a microtask, 0.15 µs. */
  async exchange(request: EncodedRequest, observer: ExchangeObserver<Response>): Promise<void> {
    try {
      if (this.ended !== undefined) throw this.ended;
      this.collector.begin(request.method, observer);
      this.transport?.write(request.bytes);
      await this.waiter.wait("exchange");
    } catch (error) {
      refuse(observer, error);
      return;
    }
    const response = this.collector.take();
    if (!response.persistent && this.reading === "message") this.transport?.close();
    observer.responded(response);
  }

  close(): void {
    this.transport?.abort();
  }

  connectionMade(transport: Transport): void {
    this.transport = transport;
  }

  dataReceived(data: Uint8Array): void {
    try {
      if (this.collector.feed(data)) this.waiter.wake();
    } catch (error) {
      this.fail(asError(error));
    }
  }

  eofReceived(): boolean {
    if (!this.waiter.waiting) return false;
    try {
      this.collector.feedEof();
      this.waiter.wake();
    } catch (error) {
      this.fail(asError(error));
    }
    return false;
  }

  connectionLost(error: Error | null): void {
    this.fail(error ?? closedEarlyError());
  }

  private fail(error: Error): void {
    this.ended ??= error;
    this.transport?.abort();
    this.waiter.fail(error);
  }
}
