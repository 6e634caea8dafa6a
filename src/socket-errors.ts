import { closeSync, openSync } from "node:fs";
import { asError, type ErrorKind, ReadError } from "./errors.ts";
import type { Endpoint } from "./protocol.ts";

/** Where an endpoint is, in words. */
export function nameOf(endpoint: Endpoint): string {
  return "unix" in endpoint ? endpoint.unix : `${endpoint.host}:${endpoint.port}`;
}

/** What Bun says of a connection that could not be made, as a ReadError. */
export function connectError(cause: unknown, endpoint: Endpoint): ReadError {
  if (cause instanceof ReadError) return cause;
  // Bun says ECONNREFUSED also where this process has no file descriptor left.
  const code = fileShortage() ?? errorCode(cause);
  const kind: ErrorKind = code === "ECONNREFUSED" ? "connect-refused" : "connect-failed";
  return new ReadError(kind, `cannot connect to ${nameOf(endpoint)}: ${code}`, { cause });
}

/** The error of opening one more file, if that is what is short. */
function fileShortage(): "EMFILE" | "ENFILE" | undefined {
  try {
    closeSync(openSync("/dev/null", "r"));
    return undefined;
  } catch (error) {
    const code = errorCode(error);
    return code === "EMFILE" || code === "ENFILE" ? code : undefined;
  }
}

function errorCode(cause: unknown): string {
  const { code, message } = asError(cause) as Error & { code?: string };
  return code ?? message;
}

/** What Bun says of a connection that broke, as a ReadError. */
export function resetError(cause: Error): Error {
  if (cause instanceof ReadError) return cause;
  return new ReadError("reset", `connection lost: ${errorCode(cause)}`, { cause });
}
