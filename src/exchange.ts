import { type ErrorKind, ReadError } from "./errors.ts";
import type { EncodedRequest } from "./http1/request.ts";
import type { Response } from "./http1/response.ts";
import type { Connection } from "./strategies/strategy.ts";

/** When the first byte must have come, and whether it has. */
interface FirstByte {
  readonly withinMs: number;
  readonly seen: () => boolean;
}

/**
 * One exchange as a promise; where it, or its first byte, takes longer than it may, the connection
 * is closed and it rejects.
 */
export function exchange(
  connection: Connection<Response>,
  request: EncodedRequest,
  timeoutMs: number,
  firstByte?: FirstByte,
): Promise<Response> {
  const { promise, resolve, reject } = Promise.withResolvers<Response>();
  const giveUp = (kind: ErrorKind, message: string) => {
    reject(new ReadError(kind, message));
    connection.close();
  };
  connection.exchange(request, {
    keepBody: true,
    freeChunks: false,
    responded: resolve,
    failed: reject,
  });
  const timers = [
    setTimeout(() => giveUp("timeout", `no complete response within ${timeoutMs} ms`), timeoutMs),
  ];
  if (firstByte !== undefined && firstByte.withinMs < timeoutMs) {
    const { withinMs, seen } = firstByte;
    const check = () => {
      if (!seen()) giveUp("first-byte-timeout", `not a byte within ${withinMs} ms`);
    };
    timers.push(setTimeout(check, withinMs));
  }
  return promise.finally(() => {
    for (const timer of timers) clearTimeout(timer);
  });
}
