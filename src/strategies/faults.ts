import type { Socket } from "bun";
import type { ErrorKind } from "../errors.ts";

/** A server that does one thing wrong, and what a client must make of it. */
export interface Fault {
  readonly name: string;
  readonly kind: ErrorKind;
  /** Called when a request has come. */
  readonly answer: (socket: Socket) => void;
}

const head = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n";

/** Lets what was written leave before the connection breaks. */
const later = (act: () => void) => setTimeout(act, 10);

function say(bytes: string, then: (socket: Socket) => void = () => {}): Fault["answer"] {
  return (socket) => {
    socket.write(bytes);
    later(() => then(socket));
  };
}

const reset = (socket: Socket) => void socket.terminate();
const finish = (socket: Socket) => void socket.end();

/** Says `bytes` again and again, until the client has had enough. */
function sayForever(first: string, bytes: string, everyMs: number): Fault["answer"] {
  return (socket) => {
    socket.write(first);
    const timer = setInterval(() => {
      if (socket.readyState <= 0 || socket.write(bytes) < 0) clearInterval(timer);
    }, everyMs);
    setTimeout(() => clearInterval(timer), 2000);
  };
}

/**
 * How long a client should wait for it: where it does not wait for a timeout, long enough for a machine that
 * stands still in between.
 */
export const timeoutMsOf = ({ kind }: Pick<Fault, "kind">) => (kind === "timeout" ? 150 : 5000);

/** Timeouts are for the whole exchange; none of the others takes longer than 50 ms. */
export const faults: readonly Fault[] = [
  { name: "reset before the head", kind: "reset", answer: reset },
  { name: "reset in the head", kind: "reset", answer: say("HTTP/1.1 200 OK\r\nCont", reset) },
  { name: "reset after the head", kind: "reset", answer: say(head, reset) },
  { name: "reset in the body", kind: "reset", answer: say(`${head}0123456789`, reset) },
  { name: "FIN before the head", kind: "closed-early", answer: finish },
  { name: "FIN in the head", kind: "closed-early", answer: say("HTTP/1.1 200 OK\r\nCo", finish) },
  { name: "FIN in the body", kind: "closed-early", answer: say(`${head}0123456789`, finish) },
  {
    name: "FIN in a chunk",
    kind: "closed-early",
    answer: say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", finish),
  },
  { name: "a stall before the head", kind: "timeout", answer: () => {} },
  { name: "a stall in the head", kind: "timeout", answer: say("HTTP/1.1 200 OK\r\nCo") },
  { name: "a stall in the body", kind: "timeout", answer: say(`${head}0123456789`) },
  { name: "a byte every 20 ms", kind: "timeout", answer: sayForever(head, "x", 20) },
  { name: "garbage", kind: "malformed", answer: say("\x16\x03\x01\x02 this is no HTTP\r\n\r\n") },
  {
    name: "an endless head",
    kind: "malformed",
    answer: sayForever("HTTP/1.1 200 OK\r\n", `A: ${"b".repeat(8000)}\r\n`, 1),
  },
  {
    name: "a body longer than was said",
    kind: "unsolicited",
    answer: say("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok and more"),
  },
  {
    name: "an endless chunked body",
    kind: "timeout",
    answer: sayForever("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "3\r\nabc\r\n", 5),
  },
];
