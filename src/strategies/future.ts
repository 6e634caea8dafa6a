import { asError, closedEarlyError } from "../errors.ts";
import { type Reading, type Response, ResponseCollector } from "../http1/response.ts";
import { Waiter } from "../waiter.ts";
import { ProtocolConnection } from "./protocol-connection.ts";
import type { ExchangeObserver, ParsingStrategy } from "./strategy.ts";

/** The protocol keeps one waiter, a future, which a task awaits once for each response. */
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

interface Delivery {
  readonly response: Response;
  readonly observer: ExchangeObserver<Response>;
}

class FutureProtocol extends ProtocolConnection {
  private readonly waiter = new Waiter();
  /** Complete responses that the task has not taken yet: more than one only where several came in one chunk. */
  private readonly ready: Delivery[] = [];

  constructor(reading: Reading) {
    super(new ResponseCollector(reading));
    void this.readResponses();
  }

  dataReceived(data: Uint8Array): void {
    try {
      this.take(data);
    } catch (error) {
      this.lose(asError(error));
    }
  }

  eofReceived(): boolean {
    try {
      this.takeEof();
    } catch (error) {
      this.lose(asError(error));
    }
    return false;
  }

  override connectionLost(error: Error | null): void {
    this.lose(error ?? closedEarlyError());
  }

  protected override deliver(response: Response, observer: ExchangeObserver<Response>): void {
    this.ready.push({ response, observer });
    this.waiter.wake();
  }

  /** Nothing more is read. Where the future is resolved already, the task has first to take the response. */
  private lose(error: Error): void {
    this.abort();
    if (this.waiter.waiting) this.waiter.fail(error);
    else queueMicrotask(() => this.fail(error));
  }

  /**
   * One task for as long as the connection lives: an async function for each response would cost it
   * half a microsecond, ten times what the wait does.
   */
  private async readResponses(): Promise<void> {
    try {
      for (;;) {
        await this.waiter.wait("readResponses");
        if (this.ready.length > 1) this.corkedWhile(() => this.deliverReady());
        else this.deliverReady();
      }
    } catch (error) {
      this.fail(error);
    }
  }

  private deliverReady(): void {
    // To shift an empty array is a call all the same: it is asked first whether it is.
    while (this.ready.length > 0) {
      const { response, observer } = this.ready.shift() as Delivery;
      super.deliver(response, observer);
    }
  }
}
