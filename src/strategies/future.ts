import { asError, closedEarlyError } from "../errors.ts";
import type { Reading } from "../http1/response.ts";
import { Waiter } from "../waiter.ts";
import { ProtocolConnection } from "./protocol-connection.ts";
import type { ParsingStrategy } from "./strategy.ts";

/** Step 3: the protocol keeps one waiter, a future, which a task awaits once for each response. */
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

class FutureProtocol extends ProtocolConnection {
  private readonly waiter = new Waiter();

  constructor(reading: Reading) {
    super(reading);
    void this.readResponses();
  }

  dataReceived(data: Uint8Array): void {
    try {
      if (this.feed(data)) this.waiter.wake();
    } catch (error) {
      this.lose(asError(error));
    }
  }

  eofReceived(): boolean {
    try {
      this.feedEof();
      this.waiter.wake();
    } catch (error) {
      this.lose(asError(error));
    }
    return false;
  }

  override connectionLost(error: Error | null): void {
    this.lose(error ?? closedEarlyError());
  }

  /** Where the future is resolved already, the task has first to take the response. */
  private lose(error: Error): void {
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
        this.complete();
      }
    } catch (error) {
      this.fail(error);
    }
  }
}
