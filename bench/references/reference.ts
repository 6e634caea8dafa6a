import { type ErrorKind, ReadError } from "../../src/errors.ts";
import { authorityOf } from "../../src/http1/request.ts";
import type { Reading } from "../../src/http1/response.ts";
import type { ArrivalObserver, TcpEndpoint } from "../../src/protocol.ts";
import type { Answer, Connection, ExchangeObserver } from "../../src/strategies/strategy.ts";

/**
 * A client that a user would pick instead of ours: it connects and parses by itself, so that it
 * is given an address where a strategy is given a Dial.
 */
export interface Reference {
  readonly name: string;
  /** One line for `list`. */
  readonly summary: string;
  readonly core: false;
  /** Its code is loaded only where it runs: undici alone takes a tenth of a second. */
  load(): Promise<OpenReference>;
}

/** Makes a connection, which is opened with its first request; `arrival` is told of what comes. */
export type OpenReference = (
  endpoint: TcpEndpoint,
  reading: Reading,
  arrival: ArrivalObserver,
) => Connection;

/**
 * A connection that tells how an exchange ended once, as ours do, and nothing once it is closed: fetch and
 * undici fail what was under way a few milliseconds later, when the lane's next request already is, and
 * node:http tells of some failures twice.
 */
export function openGuarded(
  open: OpenReference,
  ...[endpoint, reading, arrival]: Parameters<OpenReference>
): Connection {
  let closed = false;
  const guarded: ArrivalObserver = {
    dataArrived: (byteLength) => void (closed || arrival.dataArrived(byteLength)),
  };
  const connection = open(endpoint, reading, guarded);
  return {
    get usable() {
      return connection.usable;
    },
    exchange: (request, observer) =>
      connection.exchange(
        request,
        toldOnce(observer, () => closed),
      ),
    close() {
      closed = true;
      connection.close();
    },
  };
}

function toldOnce(
  { keepBody, freeChunks, responded, failed }: ExchangeObserver<Answer>,
  isClosed: () => boolean,
): ExchangeObserver<Answer> {
  let told = false;
  const mayTell = () => {
    if (told || isClosed()) return false;
    told = true;
    return true;
  };
  return {
    keepBody,
    freeChunks,
    responded: (answer) => void (mayTell() && responded(answer)),
    failed: (error) => void (mayTell() && failed(error)),
  };
}

/** Scheme and authority of a URL. */
export function originOf(endpoint: TcpEndpoint): string {
  return `http://${authorityOf(endpoint)}`;
}

/** An answer whose body the reference has read. */
export function answerOf(
  status: number,
  bodyChunks: readonly Uint8Array[],
  reading: Reading,
): Answer {
  const bodyLength = bodyChunks.reduce((sum, { length }) => sum + length, 0);
  return { status, bodyChunks, bodyLength, persistent: reading === "message" };
}

const kindsByCode: Readonly<Record<string, ErrorKind>> = {
  ConnectionRefused: "connect-refused",
  ECONNREFUSED: "connect-refused",
  ConnectionReset: "reset",
  ECONNRESET: "reset",
  EPIPE: "reset",
  ConnectionClosed: "closed-early",
  UND_ERR_SOCKET: "closed-early",
  UND_ERR_CONNECT_TIMEOUT: "connect-timeout",
  Malformed_HTTP_Response: "malformed",
};

/** node's parser gives a code, undici's a name alone. */
function isParserFault(code: string, name: string | undefined): boolean {
  return code.startsWith("HPE_") || name === "HTTPParserError";
}

/** What a reference has thrown, as one of our kinds of error. */
export function asReadError(thrown: unknown): ReadError {
  const {
    code: given,
    name,
    message = String(thrown),
  } = thrown as Partial<Error> & { code?: unknown };
  // A DOMException has a number.
  const code = typeof given === "string" ? given : "";
  return new ReadError(kindOf(code, name), message, { cause: thrown });
}

function kindOf(code: string, name: string | undefined): ErrorKind {
  const known = kindsByCode[code];
  if (known !== undefined) return known;
  if (isParserFault(code, name)) return "malformed";
  // Of a connection Bun, undici and the system have many words; ERR_ is what they say of a program.
  return code === "" || code.startsWith("ERR_") ? "client-fault" : "reset";
}
