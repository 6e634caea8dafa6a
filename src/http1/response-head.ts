import { latin1 } from "./bytes.ts";
import { type HeadFacts, statusLinePrefixBytes } from "./head.ts";

/** The head of a response as bytes, decoded only where it is asked for. */
export class ResponseHead {
  readonly status: number;
  readonly httpVersion: "1.0" | "1.1";
  private readonly bytes: Uint8Array;
  private readonly start: number;
  private readonly end: number;
  private decoded: Headers | undefined;

  /** `bytes[start, end)` must be a head that the scans have accepted. */
  constructor(facts: HeadFacts, bytes: Uint8Array, start: number, end: number) {
    this.status = facts.status;
    this.httpVersion = facts.httpMinor === 1 ? "1.1" : "1.0";
    this.bytes = bytes;
    this.start = start;
    this.end = end;
  }

  get reason(): string {
    return this.lines()[0]?.slice(statusLinePrefixBytes) ?? "";
  }

  get headers(): Headers {
    this.decoded ??= decodeFieldLines(this.lines().slice(1));
    return this.decoded;
  }

  private lines(): string[] {
    return latin1(this.bytes.subarray(this.start, this.end - 4)).split("\r\n");
  }
}

/**
 * "Name: value" lines as Headers, which drop the white space around a value, and join several of one
 * name as RFC 9110 section 5.2 says.
 */
export function decodeFieldLines(lines: readonly string[]): Headers {
  const headers = new Headers();
  for (const line of lines) {
    const colon = line.indexOf(":");
    if (colon > 0) headers.append(line.slice(0, colon), line.slice(colon + 1));
  }
  return headers;
}
