import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Hono } from "hono";
import { type ServerProcess, startServer } from "../bench/target/server-process.ts";
import { ensureFiles, filesDirectory } from "../fixtures/files.ts";
import { fixtures } from "../fixtures/registry.ts";
import { serveDisk } from "./disk.ts";
import { serverSources } from "./messages.ts";
import { listenRaw } from "./raw.ts";

/** Everything that a server answers to raw bytes, until it closes. */
function talk(port: number, request: string): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  let answer = "";
  Bun.connect({
    hostname: "127.0.0.1",
    port,
    socket: {
      open: (socket) => void socket.write(request),
      data(_, data) {
        answer += data.toString("latin1");
      },
      close: () => resolve(answer),
    },
  });
  return promise;
}

describe.each(serverSources.map((source) => [source] as const))("a server of kind %s", (source) => {
  let server: ServerProcess;
  beforeAll(async () => {
    server = await startServer({ host: "127.0.0.1", port: 0, source });
  });
  afterAll(() => server.stop());

  test("serves every fixture at its url", async () => {
    for (const { name, body } of fixtures) {
      const response = await fetch(server.url + server.fixtures[name]);
      expect(response.status).toBe(200);
      expect(Buffer.compare(await response.bytes(), body())).toBe(0);
    }
  });

  test("HEAD, 404 and 405", async () => {
    const head = await fetch(`${server.url}/64k.bin`, { method: "HEAD" });
    expect(head.headers.get("content-length")).toBe("65536");
    expect((await fetch(`${server.url}/nope`)).status).toBe(404);
    const post = await fetch(`${server.url}/hello.txt`, { method: "POST", body: "x" });
    expect(post.status).toBe(405);
    expect(post.headers.get("allow")).toBe("GET, HEAD");
  });

  test("nothing outside of the fixtures can be reached", async () => {
    const port = Number(new URL(server.url).port);
    for (const path of [
      "/../package.json",
      "/../../package.json",
      "/%2e%2e/package.json",
      "/..%2fpackage.json",
      "/%2e%2e%2f%2e%2e%2fetc/passwd",
      "/hello.txt%00.bin",
      "/..\\package.json",
      "//etc/passwd",
      "/registry.ts",
    ]) {
      const answer = await talk(
        port,
        `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`,
      );
      expect(answer).toMatch(/^HTTP\/1\.1 (404|400) /);
    }
  });

  test("HTTP/1.0 without a Host is served, and closed", async () => {
    const answer = await talk(Number(new URL(server.url).port), "GET /hello.txt HTTP/1.0\r\n\r\n");
    expect(answer).toEndWith("\r\n\r\nHello, World!");
  });

  test.each([
    ["/hello.txt?u=http://x/nope", 200],
    ["/nope?u=http://x/hello.txt", 404],
    ["/hello.txt?u=http://x", 200],
  ])("a query is not taken for the path: %s without a Host", async (target, status) => {
    const answer = await talk(Number(new URL(server.url).port), `GET ${target} HTTP/1.0\r\n\r\n`);
    expect(answer).toStartWith(`HTTP/1.1 ${status} `);
  });

  test("chunked-64k comes in sixteen chunks of 4 KiB", async () => {
    const request = "GET /chunked-64k.bin HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    const answer = await talk(Number(new URL(server.url).port), request);
    expect(answer).toMatch(/^transfer-encoding: chunked\r\n/im);
    expect(answer.match(/\r\n1000\r\n/g)).toHaveLength(16);
  });
});

describe("the raw listener", () => {
  let server: ServerProcess;
  beforeAll(async () => {
    server = await startServer({ host: "127.0.0.1", port: 0, source: "memory" });
  });
  afterAll(() => server.stop());
  const ask = (request: string) => talk(Number(new URL(server.rawUrl).port), request);

  test("until-eof-64k has no length", async () => {
    const answer = await ask("GET /until-eof-64k.bin HTTP/1.1\r\nHost: a\r\n\r\n");
    expect(answer).not.toMatch(/content-length|transfer-encoding/i);
    expect(answer.length - answer.indexOf("\r\n\r\n") - 4).toBe(65536);
  });

  test("HEAD, 404, 405, and requests that follow each other", async () => {
    const answer = await ask(
      "HEAD /split-hello.txt HTTP/1.1\r\n\r\nGET /nope HTTP/1.1\r\n\r\n" +
        "POST /split-hello.txt HTTP/1.1\r\n\r\nGET /split-hello.txt HTTP/1.1\r\nConnection: close\r\n\r\n",
    );
    expect(answer.match(/HTTP\/1\.1 \d+/g)).toEqual([
      "HTTP/1.1 200",
      "HTTP/1.1 404",
      "HTTP/1.1 405",
      "HTTP/1.1 200",
    ]);
    expect(answer).toEndWith("Hello, World!");
  });

  test.each(["Content-Length: 30", "content-length:\t030", "Transfer-Encoding: chunked"])(
    "a body is no request: %s",
    async (field) => {
      const answer = await ask(
        `POST /split-hello.txt HTTP/1.1\r\n${field}\r\n\r\nGET /split-hello.txt HTTP/1.1\r\n\r\n`,
      );
      expect(answer.match(/HTTP\/1\.1 \d+/g)).toEqual(["HTTP/1.1 405"]);
    },
  );

  test("a large body does not cost its answer", async () => {
    const { promise: closed, resolve } = Promise.withResolvers<string>();
    let answer = "";
    const body = "x".repeat(3_000_000);
    const socket = await Bun.connect({
      hostname: "127.0.0.1",
      port: Number(new URL(server.rawUrl).port),
      socket: {
        data(_, data) {
          answer += data.toString("latin1");
        },
        // Only who has read it all closes in turn.
        end: (own) => void own.end(),
        close: (_, error) => resolve(error === undefined || error === null ? "closed" : "reset"),
      },
    });
    socket.write(`POST /split-hello.txt HTTP/1.1\r\nContent-Length: 100000000\r\n\r\n${body}`);
    const more = setInterval(() => socket.write(body), 5);
    expect(await closed).toBe("closed");
    clearInterval(more);
    expect(answer).toStartWith("HTTP/1.1 405 ");
  });

  test("a request that drips in is cut off", async () => {
    const listener = listenRaw([], "127.0.0.1", { patienceMs: 100 });
    const { promise: closed, resolve } = Promise.withResolvers<void>();
    const socket = await Bun.connect({
      hostname: "127.0.0.1",
      port: listener.port,
      socket: { data() {}, close: () => resolve(), error() {} },
    });
    const drip = setInterval(() => socket.write("x"), 10);
    await closed;
    clearInterval(drip);
    listener.stop(true);
  });

  test("many requests at once are all answered", async () => {
    const many = "GET /split-hello.txt HTTP/1.1\r\nHost: a\r\n\r\n".repeat(400);
    const answer = await ask(`${many}GET /nope HTTP/1.0\r\n\r\n`);
    expect(answer.match(/Hello, World!/g)).toHaveLength(400);
  });

  test("a request without an end is cut off", async () => {
    expect(await ask(`GET /${"x".repeat(20_000)}`)).toBe("");
  });
});

describe("the disk", () => {
  const folder = mkdtempSync(join(tmpdir(), "readrace-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("a symlink out of the folder is not followed", async () => {
    writeFileSync(join(folder, "inside.txt"), "inside");
    symlinkSync(import.meta.path, join(folder, "outside.txt"));
    const app = new Hono().get("*", serveDisk(folder));
    expect(await (await app.request("/inside.txt")).text()).toBe("inside");
    expect((await app.request("/outside.txt")).status).toBe(404);
    expect((await app.request("/missing.txt")).status).toBe(404);
  });

  test("files are made whole, and made again when they are not", async () => {
    const [hello] = fixtures;
    if (hello === undefined) throw new Error("no fixtures");
    writeFileSync(join(folder, hello.file), "half");
    ensureFiles([hello], folder);
    expect(await Bun.file(join(folder, hello.file)).text()).toBe("Hello, World!");
    expect(filesDirectory).toEndWith("fixtures/files");
  });
});

test("a port in use is one sentence that says so", async () => {
  const server = await startServer({ host: "127.0.0.1", port: 0, source: "memory" });
  const port = Number(new URL(server.url).port);
  expect(startServer({ host: "127.0.0.1", port, source: "memory" })).rejects.toThrow(
    /cannot serve on 127.0.0.1 port \d+: .*; choose another --host or --port/,
  );
  await Bun.sleep(300);
  await server.stop();
});

test("connections that wait for their rivals to warm up stay open", async () => {
  const server = await startServer({ host: "127.0.0.1", port: 0, source: "memory" });
  let closed = 0;
  const ask = ({ port }: URL, path: string) =>
    Bun.connect({
      hostname: "127.0.0.1",
      port: Number(port),
      socket: {
        open: (socket) => void socket.write(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`),
        data() {},
        close: () => void closed++,
      },
    });
  await ask(new URL(server.url), "/hello.txt");
  await ask(new URL(server.rawUrl), "/split-hello.txt");
  // By default Bun.serve closes after 10 s, give or take its timer's 4.
  await Bun.sleep(14_500);
  expect(closed).toBe(0);
  await server.stop();
}, 20_000);
