import { MalformedResponseError } from "../errors.ts";
import { CR, HTAB, LF, SEMICOLON, SP } from "./bytes.ts";
import { needMore, scanText } from "./head.ts";

/** The size that the last complete chunk-size line gave, in bytes. */
export interface ChunkSize {
  bytes: number;
}

/**
 * Reads `chunk-size [ chunk-ext ] CRLF` (RFC 9112 section 7.1) at `bytes[start, end)`: the index
 * after its LF, or needMore. Extensions are skipped, as section 7.1.1 asks; signs, prefixes, spaces
 * without an extension and sizes that JavaScript cannot count are refused.
 */
export function scanChunkSizeLine(
  bytes: Uint8Array,
  start: number,
  end: number,
  base: number,
  size: ChunkSize,
): number {
  let at = start;
  let value = 0;
  for (; at < end; at++) {
    const digit = hexDigit(bytes[at] as number);
    if (digit === -1) break;
    value = value * 16 + digit;
    if (value > Number.MAX_SAFE_INTEGER) {
      throw new MalformedResponseError("a chunk size that is too large", base + start);
    }
  }
  if (at === end) return needMore;
  if (at === start) {
    throw new MalformedResponseError("a chunk size that is not hexadecimal", base + at);
  }
  size.bytes = value;
  return scanExtension(bytes, at, end, base);
}

function scanExtension(bytes: Uint8Array, start: number, end: number, base: number): number {
  let at = start;
  while (at < end && (bytes[at] === SP || bytes[at] === HTAB)) at++;
  if (at === end) return needMore;
  const byte = bytes[at];
  const bareLineEnd = at === start && (byte === CR || byte === LF);
  if (byte !== SEMICOLON && !bareLineEnd) {
    throw new MalformedResponseError("a chunk size with something behind it", base + at);
  }
  return scanText(bytes, at, end, base, "a chunk-size line");
}

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}
