import { MalformedResponseError } from "../errors.ts";
import {
  COLON,
  CR,
  equalsIgnoreCase,
  fieldValueBytes,
  HTAB,
  LF,
  latin1Bytes,
  SP,
  tokenBytes,
} from "./bytes.ts";

/** A line that is not complete yet; every scan returns it for "need more". */
export const needMore = -1;

/**
 * What the head of a response says about its framing. Only these few facts are read while bytes
 * arrive; everything else stays bytes until somebody asks (ResponseHead).
 */
export class HeadFacts {
  status = 0;
  httpMinor: 0 | 1 = 1;
  /** Bytes; -1 without a Content-Length. */
  contentLength = -1;
  /** The transfer coding `chunked` is applied, as the only one. */
  chunked = false;
  closeToken = false;
  keepAliveToken = false;

  /** RFC 9112 section 9.3: whether the sender keeps the connection open after this message. */
  get persistent(): boolean {
    if (this.closeToken) return false;
    return this.httpMinor === 1 || this.keepAliveToken;
  }
}

const versionPrefix = latin1Bytes("HTTP/1.");
/** Length of "HTTP/1.1 200 ", the fixed part of a status line. */
export const statusLinePrefixBytes = 13;

/**
 * Reads a status line (RFC 9112 section 4) at `bytes[start, end)`: the index after its LF, or
 * needMore. The reason phrase may be empty, and, as section 4 asks of recipients, the space before
 * it missing. `base` is the response offset of bytes[0], for errors.
 */
export function scanStatusLine(
  bytes: Uint8Array,
  start: number,
  end: number,
  base: number,
  facts: HeadFacts,
): number {
  const known = Math.min(end - start, versionPrefix.length);
  for (let i = 0; i < known; i++) {
    if (bytes[start + i] !== versionPrefix[i]) {
      throw new MalformedResponseError(
        'the response does not begin with "HTTP/1."',
        base + start + i,
      );
    }
  }
  if (end - start < statusLinePrefixBytes) return needMore;
  const minor = (bytes[start + 7] as number) - 0x30;
  if (minor !== 0 && minor !== 1) {
    throw new MalformedResponseError("the HTTP version is neither 1.0 nor 1.1", base + start + 7);
  }
  if (bytes[start + 8] !== SP) {
    throw new MalformedResponseError("no space after the HTTP version", base + start + 8);
  }
  facts.httpMinor = minor;
  facts.status = scanStatus(bytes, start + 9, base);
  const afterStatus = start + 12;
  if (bytes[afterStatus] !== SP && bytes[afterStatus] !== CR) {
    throw new MalformedResponseError(
      "the status is not three digits and a space",
      base + afterStatus,
    );
  }
  return scanText(bytes, afterStatus, end, base, "the reason phrase");
}

function scanStatus(bytes: Uint8Array, at: number, base: number): number {
  let status = 0;
  for (let i = at; i < at + 3; i++) {
    const digit = (bytes[i] as number) - 0x30;
    if (digit < 0 || digit > 9) {
      throw new MalformedResponseError("the status is not three digits", base + i);
    }
    status = status * 10 + digit;
  }
  if (status < 100 || status > 599) {
    throw new MalformedResponseError(`the status ${status} is not from 100 to 599`, base + at);
  }
  return status;
}

/** Scans text up to CR LF: the index after LF, or needMore. Other control bytes are refused. */
export function scanText(
  bytes: Uint8Array,
  start: number,
  end: number,
  base: number,
  what: string,
): number {
  let at = start;
  while (at < end && fieldValueBytes[bytes[at] as number] === 1) at++;
  if (at === end) return needMore;
  return scanLineEnd(bytes, at, end, base, what);
}

/** Expects CR LF at `at`: the index after it, or needMore. A bare CR or LF is refused (RFC 9112 section 2.2). */
export function scanLineEnd(
  bytes: Uint8Array,
  at: number,
  end: number,
  base: number,
  what: string,
): number {
  if (at === end) return needMore;
  const byte = bytes[at] as number;
  if (byte === LF) throw new MalformedResponseError(`a bare LF ends ${what}`, base + at);
  if (byte !== CR) {
    const hex = byte.toString(16).padStart(2, "0");
    throw new MalformedResponseError(`${what} holds the byte 0x${hex}`, base + at);
  }
  if (at + 1 === end) return needMore;
  if (bytes[at + 1] !== LF) throw new MalformedResponseError(`a bare CR in ${what}`, base + at);
  return at + 2;
}

const contentLengthName = latin1Bytes("content-length");
const transferEncodingName = latin1Bytes("transfer-encoding");
const connectionName = latin1Bytes("connection");
const chunkedToken = latin1Bytes("chunked");
const closeToken = latin1Bytes("close");
const keepAliveToken = latin1Bytes("keep-alive");

/**
 * Reads a field line (RFC 9112 section 5) at `bytes[start, end)`: the index after its LF, or
 * needMore. Refused: a line that begins with white space (obs-fold), white space before the colon,
 * an empty name, control bytes in the value. With `facts` the framing fields are noted; without, as
 * for trailers, they mean nothing (RFC 9110 section 6.5.1).
 */
export function scanFieldLine(
  bytes: Uint8Array,
  start: number,
  end: number,
  base: number,
  facts: HeadFacts | undefined,
): number {
  let at = start;
  while (at < end && tokenBytes[bytes[at] as number] === 1) at++;
  if (at === end) return needMore;
  if (bytes[at] !== COLON || at === start) throw badFieldName(bytes, start, at, base);
  const nameEnd = at++;
  while (at < end && (bytes[at] === SP || bytes[at] === HTAB)) at++;
  const valueStart = at;
  const next = scanText(bytes, at, end, base, "a field value");
  if (next === needMore || facts === undefined) return next;
  // Most fields are none of the three; their lengths alone tell.
  const nameLength = nameEnd - start;
  if (nameLength !== 10 && nameLength !== 14 && nameLength !== 17) return next;
  let valueEnd = next - 2;
  while (valueEnd > valueStart && isBlank(bytes[valueEnd - 1])) valueEnd--;
  noteFraming(bytes, start, nameEnd, valueStart, valueEnd, base, facts);
  return next;
}

function isBlank(byte: number | undefined): boolean {
  return byte === SP || byte === HTAB;
}

function badFieldName(
  bytes: Uint8Array,
  start: number,
  at: number,
  base: number,
): MalformedResponseError {
  const blank = isBlank(bytes[at]);
  if (at === start && blank) {
    return new MalformedResponseError("a folded header line (obs-fold)", base + at);
  }
  if (blank) return new MalformedResponseError("white space before the colon", base + at);
  return new MalformedResponseError("a header line without a valid name and colon", base + at);
}

function noteFraming(
  bytes: Uint8Array,
  nameStart: number,
  nameEnd: number,
  start: number,
  end: number,
  base: number,
  facts: HeadFacts,
): void {
  if (equalsIgnoreCase(bytes, nameStart, nameEnd, contentLengthName)) {
    if (facts.contentLength !== -1) {
      throw new MalformedResponseError("a second Content-Length", base + nameStart);
    }
    facts.contentLength = parseContentLength(bytes, start, end, base);
  } else if (equalsIgnoreCase(bytes, nameStart, nameEnd, transferEncodingName)) {
    if (facts.chunked || !equalsIgnoreCase(bytes, start, end, chunkedToken)) {
      throw new MalformedResponseError("a transfer coding other than one chunked", base + start);
    }
    facts.chunked = true;
  } else if (equalsIgnoreCase(bytes, nameStart, nameEnd, connectionName)) {
    noteConnection(bytes, start, end, facts);
  }
}

/** 1*DIGIT, and no more than an integer of JavaScript can hold (RFC 9110 section 8.6). */
function parseContentLength(bytes: Uint8Array, start: number, end: number, base: number): number {
  let length = start === end ? Number.NaN : 0;
  for (let i = start; i < end; i++) {
    const digit = (bytes[i] as number) - 0x30;
    length = digit >= 0 && digit <= 9 ? length * 10 + digit : Number.NaN;
  }
  if (!Number.isSafeInteger(length)) {
    throw new MalformedResponseError("Content-Length is not a number of bytes", base + start);
  }
  return length;
}

/** Connection = #connection-option (RFC 9110 section 7.6.1). */
function noteConnection(bytes: Uint8Array, start: number, end: number, facts: HeadFacts): void {
  const comma = 0x2c;
  for (let at = start; at < end; ) {
    let stop = bytes.indexOf(comma, at);
    if (stop === -1 || stop > end) stop = end;
    let from = at;
    let to = stop;
    while (from < to && isBlank(bytes[from])) from++;
    while (to > from && isBlank(bytes[to - 1])) to--;
    if (equalsIgnoreCase(bytes, from, to, closeToken)) facts.closeToken = true;
    else if (equalsIgnoreCase(bytes, from, to, keepAliveToken)) facts.keepAliveToken = true;
    at = stop + 1;
  }
}
