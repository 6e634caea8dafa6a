import { answerOf, asReadError, type OpenReference, originOf } from "./reference.ts";

/** Bun's own fetch. Its connections come from one pool that it keeps itself: none can be pinned to a lane. */
export const open: OpenReference = (endpoint, reading, arrival) => {
  const origin = originOf(endpoint);
  const aborter = new AbortController();
  // Else it asks for compressed bodies, which nobody else does, and hides that they were.
  const plain = { "Accept-Encoding": "identity" };
  const headers = reading === "eof" ? { ...plain, Connection: "close" } : plain;
  // A redirect is an answer, as it is to all others.
  const redirect = "manual" as const;
  const options = { headers, signal: aborter.signal, redirect, decompress: false };
  return {
    get usable() {
      return !aborter.signal.aborted;
    },
    exchange({ method, target }, observer) {
      const read = async () => {
        const response = await fetch(origin + target, { method, ...options });
        arrival.dataArrived(0);
        return answerOf(response.status, [await response.bytes()], reading);
      };
      read().then(observer.responded, (error: unknown) => observer.failed(asReadError(error)));
    },
    close: () => aborter.abort(),
  };
};
