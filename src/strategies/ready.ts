import { asError } from "../errors.ts";
import type { Transport } from "../protocol.ts";
import type { ExchangeObserver } from "./strategy.ts";

/** Whether another request can be written: the rest of one that was answered early stands before it. */
export function isReady(transport: Transport | undefined): boolean {
  if (transport === undefined || transport.isClosing()) return false;
  return transport.writeBufferSize() === 0;
}

/** Tells `observer` that its exchange cannot be: after the caller's turn, as every other end is told. */
export function refuse({ failed }: ExchangeObserver<never>, why: unknown): void {
  queueMicrotask(() => failed(asError(why)));
}
