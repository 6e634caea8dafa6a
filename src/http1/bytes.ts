/** The octets that HTTP/1.1's grammar names, and the tables of what may stand where. */

export const HTAB = 0x09;
export const LF = 0x0a;
export const CR = 0x0d;
export const SP = 0x20;
export const COLON = 0x3a;
export const SEMICOLON = 0x3b;

function table(allowed: (byte: number) => boolean): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, byte) => (allowed(byte) ? 1 : 0));
}

const tokenMarks = new Set([..."!#$%&'*+-.^_`|~"].map((mark) => mark.charCodeAt(0)));

function isAlphanumeric(byte: number): boolean {
  return /[0-9A-Za-z]/.test(String.fromCharCode(byte));
}

/** tchar, RFC 9110 section 5.6.2. */
export const tokenBytes = table((byte) => tokenMarks.has(byte) || isAlphanumeric(byte));

/** What a field value may hold: VCHAR, obs-text, SP and HTAB (RFC 9110 section 5.5). */
export const fieldValueBytes = table((byte) => byte === HTAB || (byte >= SP && byte !== 0x7f));

/**
 * Octets as text, one character each (ISO-8859-1, as RFC 9110 section 5.5 suggests). A TextDecoder
 * takes "latin1" for a name of windows-1252, in which 0x80 is a euro sign.
 */
export function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
}

/** The other way: octets of a text that has no character above U+00FF. */
export function latin1Bytes(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

const { slice } = Uint8Array.prototype;

/** `bytes[start, end)` in memory of its own; a Buffer's own slice is a view. */
export function copyOf(bytes: Uint8Array, start: number, end: number): Uint8Array<ArrayBuffer> {
  return slice.call(bytes, start, end);
}

/** Whether `bytes[start, end)` is `lowerCaseName`, in any case. */
export function equalsIgnoreCase(
  bytes: Uint8Array,
  start: number,
  end: number,
  lowerCaseName: Uint8Array,
): boolean {
  if (end - start !== lowerCaseName.length) return false;
  for (let i = 0; i < lowerCaseName.length; i++) {
    const byte = bytes[start + i] as number;
    const lower = byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte;
    if (lower !== lowerCaseName[i]) return false;
  }
  return true;
}
