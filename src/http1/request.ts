import type { TcpEndpoint } from "../protocol.ts";
import { encodeAscii, fieldValueBytes, tokenBytes } from "./bytes.ts";

export type Method = "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE";

export interface RequestOptions {
  readonly method: Method;
  /** The authority for Host: "127.0.0.1:8080". */
  readonly host: string;
  /** The path and query, as they go on the wire. */
  readonly target: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
  /** Asks the server to close after its response. */
  readonly close?: boolean;
}

/** A request as bytes, ready to be written any number of times. */
export interface EncodedRequest {
  readonly method: Method;
  readonly target: string;
  readonly bytes: Uint8Array;
}

/**
 * Encodes a request (RFC 9112 section 3). Throws a TypeError for a target, a name or a value that
 * would break the line it stands on: nothing of a caller's can smuggle in a second request.
 */
export function encodeRequest(options: RequestOptions): EncodedRequest {
  const { method, host, target, headers = {}, close = false } = options;
  if (!/^[\x21-\x7e]+$/.test(target)) throw new TypeError(`not a request target: "${target}"`);
  const lines = [`${method} ${target} HTTP/1.1`, fieldLine("Host", host)];
  for (const [name, value] of Object.entries(headers)) {
    if (framingFields.has(name.toLowerCase())) {
      throw new TypeError(`the header ${name} is set by the session itself`);
    }
    lines.push(fieldLine(name, value));
  }
  if (close) lines.push("Connection: close");
  const body = typeof options.body === "string" ? encodeAscii(options.body) : options.body;
  if (body !== undefined || method === "POST" || method === "PUT" || method === "PATCH") {
    lines.push(`Content-Length: ${body?.length ?? 0}`);
  }
  const head = encodeAscii(`${lines.join("\r\n")}\r\n\r\n`);
  if (body === undefined) return { method, target, bytes: head };
  const bytes = new Uint8Array(head.length + body.length);
  bytes.set(head);
  bytes.set(body, head.length);
  return { method, target, bytes };
}

/** Host and port as a URL and a Host field have them: an IPv6 address in brackets (RFC 3986 section 3.2.2). */
export function authorityOf({ host, port }: TcpEndpoint): string {
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}

/** Fields that say how the message is framed are ours to write. */
const framingFields = new Set(["host", "connection", "content-length", "transfer-encoding"]);

function fieldLine(name: string, value: string): string {
  const validName = name !== "" && encodeAscii(name).every((byte) => tokenBytes[byte] === 1);
  if (!validName) throw new TypeError(`not a header name: "${name}"`);
  if (!encodeAscii(value).every((byte) => fieldValueBytes[byte] === 1)) {
    throw new TypeError(`not a value for the header ${name}: ${JSON.stringify(value)}`);
  }
  return `${name}: ${value}`;
}
