import type { TcpEndpoint } from "../protocol.ts";
import { fieldValueBytes, latin1Bytes, tokenBytes } from "./bytes.ts";

export type Method = "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE";

export interface RequestOptions {
  readonly method: Method;
  /** The authority for Host: "127.0.0.1:8080". */
  readonly host: string;
  /** The path and query, as they go on the wire. */
  readonly target: string;
  readonly headers?: Readonly<Record<string, string>> | Headers | undefined;
  readonly body?: Uint8Array | string | undefined;
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
 * Encodes a request (RFC 9112 section 3). Throws a TypeError for a method, a host, a target, a name or
 * a value that would break the line it stands on: nothing of a caller's can smuggle in a second request.
 * A value has one octet a character, as those of a response are read (RFC 9110 section 5.5): a character
 * outside ISO-8859-1 is refused.
 */
export function encodeRequest(options: RequestOptions): EncodedRequest {
  const { method, host, target, headers = {}, close = false } = options;
  if (!isToken(method)) throw new TypeError(`not a method: "${method}"`);
  if (!/^[\x21-\x7e]+$/.test(target)) throw new TypeError(`not a request target: "${target}"`);
  if (!authority.test(host)) throw new TypeError(`not a host: "${host}"`);
  const lines = [`${method} ${target} HTTP/1.1`, fieldLine("Host", host)];
  const fields = headers instanceof Headers ? headers : Object.entries(headers);
  for (const [name, value] of fields) {
    if (framingFields.has(name.toLowerCase())) {
      throw new TypeError(`the header ${name} is set by the session itself`);
    }
    lines.push(fieldLine(name, value));
  }
  if (close) lines.push("Connection: close");
  const body = typeof options.body === "string" ? utf8.encode(options.body) : options.body;
  if (body !== undefined && !(body instanceof Uint8Array)) {
    throw new TypeError("a body is a string or a Uint8Array");
  }
  if (body !== undefined || method === "POST" || method === "PUT" || method === "PATCH") {
    lines.push(`Content-Length: ${body?.length ?? 0}`);
  }
  const head = latin1Bytes(`${lines.join("\r\n")}\r\n\r\n`);
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

/** uri-host and port: what may stand there, not in which order (RFC 9112 section 3.2, RFC 3986 section 3.2). */
const authority = /^[\w.~!$&'()*+,;=%:[\]-]+$/;

const utf8 = new TextEncoder();

/** Fields that say how the message is framed are ours to write. */
const framingFields = new Set(["host", "connection", "content-length", "transfer-encoding"]);

function fieldLine(name: string, value: string): string {
  if (!isToken(name)) throw new TypeError(`not a header name: "${name}"`);
  // Of anything else the compiler's word is all that we have.
  if (typeof value !== "string" || !isOf(fieldValueBytes, value)) {
    throw new TypeError(`not a value for the header ${name}: ${JSON.stringify(value)}`);
  }
  return `${name}: ${value}`;
}

function isToken(text: string): boolean {
  return text !== "" && isOf(tokenBytes, text);
}

/** Whether each character is one octet, and one of the table's. */
function isOf(table: Uint8Array, text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    if (table[text.charCodeAt(at)] !== 1) return false;
  }
  return true;
}
