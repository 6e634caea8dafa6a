/**
 * Every way in which an exchange can fail, as a closed list: results count failures under these
 * names. The README says what each means.
 */
export const errorKinds = [
  "connect-refused",
  "connect-timeout",
  "connect-failed",
  "reset",
  "closed-early",
  "malformed",
  "unsolicited",
  "first-byte-timeout",
  "timeout",
  "wrong-status",
  "wrong-length",
  "wrong-body",
  "client-fault",
] as const;

export type ErrorKind = (typeof errorKinds)[number];

/** A failed connection or exchange. `kind` is what a program looks at, `message` what a person reads. */
export class ReadError extends Error {
  readonly kind: ErrorKind;

  constructor(kind: ErrorKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "ReadError";
    this.kind = kind;
  }
}

/** Bytes that are not a valid HTTP/1.1 response; `byteOffset` counts from the response's first byte. */
export class MalformedResponseError extends ReadError {
  readonly byteOffset: number;

  constructor(what: string, byteOffset: number) {
    super("malformed", `${what}, at byte ${byteOffset} of the response`);
    this.name = "MalformedResponseError";
    this.byteOffset = byteOffset;
  }
}

/** The connection ended before the response was complete. */
export function closedEarlyError(): ReadError {
  return new ReadError("closed-early", "the connection was closed");
}

/** Bytes that no request asked for. */
export function unsolicitedError(byteLength: number): ReadError {
  return new ReadError("unsolicited", `${byteLength} bytes that no request asked for`);
}

/** EOF came before a read had what it asked for (asyncio.IncompleteReadError). */
export class IncompleteReadError extends Error {
  readonly partial: Uint8Array;
  /** Bytes asked for; undefined where the caller named a separator instead of a count. */
  readonly expected: number | undefined;

  constructor(partial: Uint8Array, expected?: number) {
    super(`${partial.length} bytes read on a total of ${expected ?? "undefined"} expected bytes`);
    this.name = "IncompleteReadError";
    this.partial = partial;
    this.expected = expected;
  }
}

/** A separator was not found within the reader's limit (asyncio.LimitOverrunError). */
export class LimitOverrunError extends Error {
  /** How many buffered bytes cannot be part of the separator and may be skipped. */
  readonly consumed: number;

  constructor(message: string, consumed: number) {
    super(message);
    this.name = "LimitOverrunError";
    this.consumed = consumed;
  }
}

/** Whatever was thrown, as an Error. */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(textOf(thrown), { cause: thrown });
}

function textOf(thrown: unknown): string {
  try {
    return String(thrown);
  } catch {
    // An object without a prototype, or with a toString that throws.
    return "something without a text was thrown";
  }
}
