import { expect, test } from "bun:test";
import type { ReadError } from "../errors.ts";
import { encodeRequest } from "../http1/request.ts";
import { type Response, ResponseCollector } from "../http1/response.ts";
import { MemoryTransport } from "../memory.ts";
import { CallbackProtocol } from "./callback.ts";
import { CountingCollector } from "./counting-collector.ts";

const request = encodeRequest({ method: "GET", host: "test", target: "/" });
const head = "HTTP/1.1 200 OK\r\nX-Kept: yes\r\nContent-Length: 20000\r\n\r\n";

function largeResponse(): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(head + "x".repeat(20_000));
}

/** Gives a connection the answer to a request in this very memory, and then to another. */
function answer(
  chunks: readonly Uint8Array[],
  keepBody: boolean,
  see: (response: Response) => void,
) {
  const protocol = new CallbackProtocol(new ResponseCollector("message"));
  new MemoryTransport(protocol);
  for (const chunk of chunks) {
    let answered = false;
    protocol.exchange(request, {
      keepBody,
      freeChunks: true,
      responded: (response) => {
        answered = true;
        see(response);
      },
      failed: (error) => {
        throw error;
      },
    });
    protocol.dataReceived(chunk);
    expect(answered).toBe(true);
  }
}

test.each([
  ["a Uint8Array", largeResponse],
  ["a Buffer, whose slice would be a view", () => Buffer.from(largeResponse().buffer)],
])("a body that is dropped is freed and counted, and its head can be read: %s", (_, make) => {
  const chunk = make();
  answer([chunk], false, ({ bodyLength, headers }) => {
    expect(chunk.length).toBe(0);
    expect(bodyLength).toBe(20_000);
    expect(headers.get("x-kept")).toBe("yes");
  });
});

test("a body that is kept is never freed", () => {
  answer([largeResponse()], true, (response) => {
    expect(response.text()).toBe("x".repeat(20_000));
  });
});

test("what is done with one response does nothing to another that has the same head", () => {
  const chunk = () =>
    new TextEncoder().encode("HTTP/1.1 200 OK\r\nX-Kept: yes\r\nContent-Length: 2\r\n\r\nok");
  const responses: Response[] = [];
  answer([chunk(), chunk(), chunk()], true, (response) => responses.push(response));
  const [first, second, third] = responses as [Response, Response, Response];
  const { buffer } = first.bodyChunks[0] as Uint8Array<ArrayBuffer>;
  structuredClone(buffer, { transfer: [buffer] });
  second.headers.set("x-kept", "no");
  expect(second.headers.get("x-kept")).toBe("no");
  expect([first, third].map(({ headers }) => headers.get("x-kept"))).toEqual(["yes", "yes"]);
  expect(third.text()).toBe("ok");
});

test("whoever has a body may transfer it before the next response comes", () => {
  const chunk = () => new TextEncoder().encode("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  answer([chunk(), chunk()], true, (response) => {
    expect(response.text()).toBe("ok");
    const { buffer } = response.bodyChunks[0] as Uint8Array<ArrayBuffer>;
    structuredClone(buffer, { transfer: [buffer] });
  });
});

test("the floor, too, takes what comes before a request for unsolicited", () => {
  const protocol = new CallbackProtocol(new CountingCollector("message"));
  new MemoryTransport(protocol).deliver(new TextEncoder().encode("220 hello\r\n"));
  expect(protocol.usable).toBe(false);
  const failure = Promise.withResolvers<Error>();
  const observer = { keepBody: false, freeChunks: false, responded() {}, failed: failure.resolve };
  protocol.exchange(request, observer);
  return expect(failure.promise as Promise<ReadError>).resolves.toMatchObject({
    kind: "unsolicited",
  });
});

test("an observer that throws when it fails keeps the others from nothing, and is not swallowed", () => {
  // An uncaught exception would be this test's own failure: it happens in a process of its own.
  const script = `
    import { encodeRequest } from "./src/http1/request.ts";
    import { ResponseCollector } from "./src/http1/response.ts";
    import { MemoryTransport } from "./src/memory.ts";
    import { CallbackProtocol } from "./src/strategies/callback.ts";
    process.on("uncaughtException", ({ message }) => console.log("uncaught", message));
    const protocol = new CallbackProtocol(new ResponseCollector("message"));
    const transport = new MemoryTransport(protocol);
    const request = encodeRequest({ method: "GET", host: "test", target: "/" });
    for (const name of ["first", "second", "third"]) {
      protocol.exchange(request, {
        keepBody: false,
        freeChunks: false,
        responded() {},
        failed() {
          console.log(name);
          if (name === "first") throw new Error("of the first");
        },
      });
    }
    transport.lose(null);
  `;
  const cwd = `${import.meta.dir}/../..`;
  const { stdout } = Bun.spawnSync([process.execPath, "-e", script], { cwd });
  expect(stdout.toString().trim().split("\n")).toEqual([
    "first",
    "second",
    "third",
    "uncaught of the first",
  ]);
});
