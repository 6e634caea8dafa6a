import type { Transport } from "../protocol.ts";

/** Whether another request can be written: the rest of one that was answered early stands before it. */
export function isReady(transport: Transport | undefined): boolean {
  if (transport === undefined || transport.isClosing()) return false;
  return transport.writeBufferSize() === 0;
}
