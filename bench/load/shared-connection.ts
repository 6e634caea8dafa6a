import type { EncodedRequest } from "../../src/http1/request.ts";
import type { ArrivalObserver } from "../../src/protocol.ts";
import type { Answer, Connection, ExchangeObserver } from "../../src/strategies/strategy.ts";
import type { Client, Connected } from "./clients.ts";

/**
 * `client` for lanes that pipeline: all who connect through it have a part in the same connection, for
 * as long as that lasts. Requests go out in the order in which the lanes send them, and answers come in
 * that order; when one lane closes its part, or is failed, the connection is over for all.
 */
export function shareConnection(client: Client): Client {
  let line: SharedLine | undefined;
  return {
    ...client,
    async connect(endpoint, reading, options) {
      const current = line?.over ? undefined : line;
      const own =
        current ??
        new SharedLine((observer) => client.connect(endpoint, reading, { ...options, observer }));
      line = own;
      try {
        const { connection } = await own.connected;
        const opened = current === undefined;
        return { connection: new Part(own, connection, options.observer), opened };
      } catch (error) {
        own.end();
        throw error;
      }
    },
  };
}

/** A connection, and whose answers are still to come on it. */
class SharedLine implements ArrivalObserver {
  readonly connected: Promise<Connected>;
  /** Who waits for answers, in their order. */
  private readonly waiting: ArrivalObserver[] = [];
  over = false;
  /** Why a lane has closed it: the others have lost their answers to that, and not to the server. */
  reason: Error | undefined;

  constructor(connect: (observer: ArrivalObserver) => Promise<Connected>) {
    this.connected = connect(this);
  }

  sent(lane: ArrivalObserver): void {
    this.waiting.push(lane);
  }

  answered(): void {
    this.waiting.shift();
  }

  end(reason?: Error): void {
    this.over = true;
    this.reason ??= reason;
    this.waiting.length = 0;
  }

  prefetch(): void {
    this.waiting[0]?.prefetch?.();
  }

  dataArrived(byteLength: number): void {
    this.waiting[0]?.dataArrived(byteLength);
  }
}

/** What one lane has of a connection: to it, a connection. */
class Part implements Connection, ExchangeObserver<Answer> {
  private readonly line: SharedLine;
  private readonly connection: Connection;
  private readonly lane: ArrivalObserver;
  private observer: ExchangeObserver<Answer> | undefined;

  constructor(line: SharedLine, connection: Connection, lane: ArrivalObserver) {
    this.line = line;
    this.connection = connection;
    this.lane = lane;
  }

  get usable(): boolean {
    return !this.line.over && this.connection.usable;
  }

  get keepBody(): boolean {
    return this.observer?.keepBody ?? false;
  }

  get freeChunks(): boolean {
    return this.observer?.freeChunks ?? false;
  }

  exchange(request: EncodedRequest, observer: ExchangeObserver<Answer>): void {
    this.observer = observer;
    this.line.sent(this.lane);
    this.connection.exchange(request, this);
  }

  close(reason?: Error): void {
    this.line.end(reason);
    this.connection.close();
  }

  prefetch(): void {
    this.connection.prefetch?.();
  }

  readonly responded = (answer: Answer): void => {
    this.line.answered();
    if (!answer.persistent) this.line.end();
    this.observer?.responded(answer);
  };

  readonly failed = (error: Error): void => {
    const { reason } = this.line;
    this.line.end();
    this.observer?.failed(reason ?? error);
  };
}
