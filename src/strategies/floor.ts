import { asError, closedEarlyError, ReadError, unsolicitedError } from "../errors.ts";
import { freeIfLarge } from "../http1/free.ts";
import type { EncodedRequest } from "../http1/request.ts";
import { type Reading, ResponseCollector } from "../http1/response.ts";
import type { Protocol, Transport } from "../protocol.ts";
import { isTransportReady } from "./protocol-connection.ts";
import type { Answer, Connection, ExchangeObserver, Strategy } from "./strategy.ts";

/** What the first response to a request was like; the floor takes all others to be alike. */
interface Known {
  readonly wireBytes: number;
  readonly answer: Answer;
}

/** Shared by all connections: with `--close` each carries a single response. */
const knownAnswers = new WeakMap<EncodedRequest, Known>();

/**
 * A null client: it parses the first response to a request and from then on only counts bytes. What
 * it costs is what the wire and the runtime cost by themselves.
 */
export const floor: Strategy = {
  name: "floor",
  summary: "a null client that only counts bytes: the cost of the wire and the runtime alone",
  core: false,
  async connect(dial, reading) {
    const protocol = new FloorProtocol(reading);
    await dial(protocol);
    return protocol;
  },
};

class FloorProtocol implements Protocol, Connection {
  private readonly reading: Reading;
  private readonly collector: ResponseCollector;
  private transport: Transport | undefined;
  private observer: ExchangeObserver<Answer> | undefined;
  private request: EncodedRequest | undefined;
  private known: Known | undefined;
  /** Why no exchange can follow. */
  private ended: Error | undefined;
  private received = 0;

  constructor(reading: Reading) {
    this.reading = reading;
    this.collector = new ResponseCollector(reading);
  }

  get usable(): boolean {
    return this.ended === undefined && isTransportReady(this.transport);
  }

  exchange(request: EncodedRequest, observer: ExchangeObserver<Answer>): void {
    const { ended } = this;
    if (ended !== undefined) {
      queueMicrotask(() => observer.failed(ended));
      return;
    }
    this.observer = observer;
    this.received = 0;
    if (request !== this.request) {
      this.request = request;
      this.known = knownAnswers.get(request);
    }
    if (this.known === undefined) this.collector.begin(request.method, observer);
    this.transport?.write(request.bytes);
  }

  close(): void {
    this.ended ??= closedEarlyError();
    this.transport?.abort();
  }

  connectionMade(transport: Transport): void {
    this.transport = transport;
  }

  dataReceived(data: Uint8Array): void {
    if (this.observer === undefined) {
      this.fail(unsolicitedError(data.length));
      return;
    }
    this.received += data.length;
    if (this.known === undefined) {
      this.learn(data);
      return;
    }
    if (this.observer.freeChunks) freeIfLarge(data);
    if (this.received < this.known.wireBytes || this.reading === "eof") return;
    this.count(this.known);
  }

  eofReceived(): boolean {
    if (this.observer === undefined) return false;
    if (this.known === undefined) this.learnFromEof();
    else if (this.received < this.known.wireBytes) this.fail(closedEarlyError());
    else this.count(this.known);
    return false;
  }

  connectionLost(error: Error | null): void {
    this.fail(error ?? closedEarlyError());
  }

  private count({ wireBytes, answer }: Known): void {
    if (this.received !== wireBytes) {
      const message = `${this.received} bytes on the wire where the first response had ${wireBytes}`;
      this.fail(new ReadError("wrong-length", message));
      return;
    }
    this.complete(answer);
  }

  private learn(data: Uint8Array): void {
    try {
      if (this.collector.feed(data)) this.learned();
    } catch (error) {
      this.fail(asError(error));
    }
  }

  private learnFromEof(): void {
    try {
      this.collector.feedEof();
      this.learned();
    } catch (error) {
      this.fail(asError(error));
    }
  }

  private learned(): void {
    const response = this.collector.take();
    const { status, bodyLength, persistent } = response;
    this.known = {
      wireBytes: this.received,
      answer: { status, bodyLength, persistent, bodyChunks: [] },
    };
    if (this.request !== undefined) knownAnswers.set(this.request, this.known);
    this.complete(response);
  }

  private complete(answer: Answer): void {
    if (!answer.persistent && this.reading === "message") this.transport?.close();
    const observer = this.observer;
    this.observer = undefined;
    observer?.responded(answer);
  }

  private fail(error: Error): void {
    this.ended ??= error;
    this.transport?.abort();
    const observer = this.observer;
    this.observer = undefined;
    observer?.failed(error);
  }
}
