import { closedEarlyError } from "../errors.ts";
import type { Response } from "../http1/response.ts";
import type { Protocol, Transport } from "../protocol.ts";
import { CollectingConnection } from "./collecting-connection.ts";
import type { Answer } from "./strategy.ts";

/** Whether another request can be written: the rest of one that was answered early stands before it. */
export function isTransportReady(transport: Transport | undefined): boolean {
  if (transport === undefined || transport.isClosing()) return false;
  return transport.writeBufferSize() === 0;
}

/** A Protocol as a connection: bytes come by themselves. */
export abstract class ProtocolConnection<A extends Answer = Response>
  extends CollectingConnection<A>
  implements Protocol
{
  private transport: Transport | undefined;

  abstract dataReceived(data: Uint8Array): void;
  abstract eofReceived(): boolean;

  connectionMade(transport: Transport): void {
    this.transport = transport;
  }

  connectionLost(error: Error | null): void {
    this.fail(error ?? closedEarlyError());
  }

  protected isReady(): boolean {
    return isTransportReady(this.transport);
  }

  protected write(bytes: Uint8Array): void {
    this.transport?.write(bytes);
  }

  protected override missing(byteLength: number): void {
    this.transport?.expect?.(byteLength);
  }

  protected shut(): void {
    this.transport?.close();
  }

  protected abort(): void {
    this.transport?.abort();
  }
}
