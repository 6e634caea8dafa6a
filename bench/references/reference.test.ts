import { describe, expect, test } from "bun:test";
import { ReadError } from "../../src/errors.ts";
import { encodeRequest } from "../../src/http1/request.ts";
import type { Answer, ExchangeObserver } from "../../src/strategies/strategy.ts";
import { open as openFetch } from "./fetch.ts";
import { answerOf, asReadError, type OpenReference, openGuarded } from "./reference.ts";

const coded = (code: string) => Object.assign(new Error("no"), { code });

test.each([
  ["connect-refused", "a refused connection", coded("ECONNREFUSED")],
  ["malformed", "what node's parser refuses", coded("HPE_INVALID_VERSION")],
  [
    "malformed",
    "what undici's parser refuses",
    Object.assign(new Error("no"), { name: "HTTPParserError" }),
  ],
  ["reset", "a word for a connection that nobody has foreseen", coded("UND_ERR_OTHER")],
  ["client-fault", "a fault of the program", coded("ERR_INVALID_STATE")],
  ["client-fault", "an error without a code", new Error("no")],
  ["client-fault", "what is no error", "no"],
  ["client-fault", "a DOMException, whose code is a number", new DOMException("no", "DataError")],
] as const)("%s: %s", (kind, _, thrown) => {
  expect(asReadError(thrown)).toMatchObject({ kind });
});

describe("what a reference tells", () => {
  /** A reference whose every word is given to it, and what the lane hears. */
  function fake() {
    const told: string[] = [];
    let inner: ExchangeObserver<Answer> | undefined;
    let arrived = () => {};
    const open: OpenReference = (_endpoint, _reading, arrival) => {
      arrived = () => arrival.dataArrived(1);
      return {
        usable: true,
        exchange: (_request, observer) => {
          inner = observer;
        },
        close() {},
      };
    };
    const arrival = { dataArrived: () => void told.push("arrived") };
    const connection = openGuarded(open, { host: "127.0.0.1", port: 1 }, "message", arrival);
    const ask = () => {
      connection.exchange(request, {
        keepBody: false,
        freeChunks: true,
        responded: ({ status }) => void told.push(String(status)),
        failed: ({ message }) => void told.push(message),
      });
      return inner as ExchangeObserver<Answer>;
    };
    return { told, connection, ask, arrived: () => arrived() };
  }

  const request = encodeRequest({ method: "GET", host: "a", target: "/" });
  const answer = answerOf(200, [], "message");

  test("of one exchange is told once", () => {
    const { told, ask } = fake();
    const first = ask();
    first.failed(new ReadError("reset", "read ECONNRESET"));
    first.failed(new ReadError("reset", "aborted"));
    const second = ask();
    second.failed(new ReadError("malformed", "bytes behind the end"));
    second.responded(answer);
    ask().responded(answer);
    expect(told).toEqual(["read ECONNRESET", "bytes behind the end", "200"]);
  });

  test("after its connection was closed concerns another request, and is not told", () => {
    const { told, connection, ask, arrived } = fake();
    const observer = ask();
    arrived();
    connection.close();
    arrived();
    observer.failed(new ReadError("reset", "The operation was aborted."));
    expect(told).toEqual(["arrived"]);
  });
});

test("fetch asks for no compression, and shows it where a server compresses all the same", async () => {
  let asked: string | null = "";
  const body = Bun.gzipSync(new Uint8Array(60_000));
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch({ headers }) {
      asked = headers.get("accept-encoding");
      return new Response(body, { headers: { "Content-Encoding": "gzip" } });
    },
  });
  const endpoint = { host: "127.0.0.1", port: server.port as number };
  const connection = openFetch(endpoint, "message", { dataArrived() {} });
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  connection.exchange(encodeRequest({ method: "GET", host: "a", target: "/" }), {
    keepBody: true,
    freeChunks: false,
    responded: resolve,
    failed: reject,
  });
  expect((await promise).bodyLength).toBe(body.length);
  expect(asked).toBe("identity");
  await server.stop(true);
});
