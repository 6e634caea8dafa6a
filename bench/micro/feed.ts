import { drainMicrotasks } from "bun:jsc";
import { encodeRequest } from "../../src/http1/request.ts";
import type { Protocol, Transport } from "../../src/protocol.ts";
import type { Answer, ExchangeObserver, Strategy } from "../../src/strategies/strategy.ts";
import type { Shape } from "./grid.ts";

const request = encodeRequest({ method: "GET", host: "memory", target: "/", close: false });

/**
 * A function that reads one response of `shape`, from the write of the request to its end, with no
 * socket: chunks are handed to the protocol one after the other, and microtasks run after each, as
 * they do after each event of a socket. Synchronous, so that a clock around it sees nothing else.
 */
export async function createFeed(
  strategy: Strategy,
  { name, bodyBytes, chunks }: Shape,
): Promise<() => void> {
  // -1 while the response is not complete.
  let bodyLength = -1;
  let failure: Error | undefined;
  const observer: ExchangeObserver<Answer> = {
    keepBody: false,
    // The same chunks are fed again.
    freeChunks: false,
    responded: (response) => {
      bodyLength = response.bodyLength;
    },
    failed: (error) => {
      failure = error;
    },
  };
  const transport = new SilentTransport();
  const connection = await strategy.connect((protocol) => transport.attach(protocol), "message");
  return () => {
    bodyLength = -1;
    connection.exchange(request, observer);
    drainMicrotasks();
    for (const chunk of chunks) transport.deliver(chunk);
    if (bodyLength !== bodyBytes) {
      throw new Error(`${strategy.name} did not read ${name} to its end`, { cause: failure });
    }
  };
}

/** Takes requests and says nothing; the peer is whoever calls `deliver`. */
class SilentTransport implements Transport {
  private protocol: Protocol | undefined;
  private paused = false;

  attach(protocol: Protocol): Promise<Transport> {
    this.protocol = protocol;
    protocol.connectionMade(this);
    return Promise.resolve(this);
  }

  deliver(chunk: Uint8Array): void {
    if (this.paused) throw new Error("the reader has paused and left what it has unread");
    this.protocol?.dataReceived(chunk);
    drainMicrotasks();
  }

  write(): void {}
  writeEof(): void {}
  pauseReading(): void {
    this.paused = true;
  }
  resumeReading(): void {
    this.paused = false;
  }
  close(): void {}
  abort(): void {}
  isClosing(): boolean {
    return false;
  }
  writeBufferSize(): number {
    return 0;
  }
}
