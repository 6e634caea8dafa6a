/** Who reads the sockets of our strategies: ourselves while they are busy, or Bun always. */
export const transportKinds = ["direct", "bun"] as const;
export type TransportKind = (typeof transportKinds)[number];

/** In open loop Bun reads: a turn of direct reading may sleep while a request falls due. */
export function usualTransport(isOpen: boolean): TransportKind {
  return isOpen ? "bun" : "direct";
}
