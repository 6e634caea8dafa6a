import { type ResponseEvents, ResponseParser } from "./parser.ts";
import type { Method } from "./request.ts";

/** Responses as text, one character a byte (ISO-8859-1). For tests only. */

export function bytesOf(wire: string): Uint8Array {
  return Uint8Array.from(wire, (character) => character.charCodeAt(0));
}

/** `wire` in pieces whose lengths repeat in a cycle. */
export function cut(wire: string, lengths: readonly number[]): string[] {
  const pieces: string[] = [];
  for (let at = 0, i = 0; at < wire.length; i++) {
    const length = lengths[i % lengths.length] ?? wire.length;
    pieces.push(wire.slice(at, at + length));
    at += length;
  }
  return pieces;
}

/**
 * `wire` without what follows the response. Whether that is seen before or after the response is
 * handed out depends on when it comes, and strategies may differ in it.
 */
export function ownBytes(method: Method, wire: string): string {
  const silent: ResponseEvents = { interim() {}, head() {}, body() {}, trailers() {}, end() {} };
  const parser = new ResponseParser(silent);
  parser.begin(method);
  try {
    return wire.slice(0, parser.feed(bytesOf(wire)));
  } catch {
    return wire;
  }
}
