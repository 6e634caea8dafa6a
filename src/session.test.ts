import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { ReadError } from "./errors.ts";
import { ClientSession } from "./session.ts";
import { parsingStrategies } from "./strategies/registry.ts";

let server: ReturnType<typeof Bun.serve>;

beforeAll(() => {
  server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      const body = await request.text();
      const echo = { method: request.method, body, header: request.headers.get("x-test") };
      return Response.json(echo, { headers: { "X-Answer": "yes" } });
    },
  });
});

afterAll(() => server.stop(true));

describe.each(parsingStrategies.map((strategy) => [strategy.name, strategy] as const))(
  "a session over %s",
  (_, strategy) => {
    test.each(["get", "post", "put", "patch", "delete"] as const)("%s", async (method) => {
      const session = new ClientSession({ strategy });
      const headers = { "X-Test": "1" };
      const body = method === "get" ? {} : { body: "payload" };
      const response = await session[method](server.url.href, { headers, ...body });
      expect(JSON.parse(response.text())).toEqual({
        method: method.toUpperCase(),
        body: method === "get" ? "" : "payload",
        header: "1",
      });
      expect(response.headers.get("x-answer")).toBe("yes");
      session.close();
    });

    test("head has headers and no body", async () => {
      const session = new ClientSession({ strategy, reading: "eof" });
      const response = await session.head(server.url.href);
      expect(response.status).toBe(200);
      expect(response.bodyLength).toBe(0);
      expect(response.headers.get("x-answer")).toBe("yes");
    });

    test("many at once", async () => {
      const session = new ClientSession({ strategy });
      const responses = await Promise.all(
        Array.from({ length: 50 }, (_, i) => session.post(server.url.href, { body: String(i) })),
      );
      expect(responses.map((response) => JSON.parse(response.text()).body)).toEqual(
        Array.from({ length: 50 }, (_, i) => String(i)),
      );
      session.close();
    });
  },
);

test("a first byte that does not come in time, and one that does", async () => {
  const silent = Bun.listen({
    hostname: "127.0.0.1",
    port: 0,
    socket: {
      data(socket, data) {
        if (data.toString().startsWith("GET /start")) socket.write("HTTP/1.1 200 OK\r\n");
      },
    },
  });
  const session = new ClientSession({ timeoutMs: 150, firstByteTimeoutMs: 40 });
  const url = `http://127.0.0.1:${silent.port}`;
  const kindOf = (path: string) =>
    session.get(url + path).then(
      () => "answered",
      (error: ReadError) => error.kind,
    );
  expect(await kindOf("/nothing")).toBe("first-byte-timeout");
  expect(await kindOf("/start")).toBe("timeout");
  silent.stop(true);
});

test("a refused connection, and a URL that is not http", async () => {
  const session = new ClientSession();
  expect(session.get("http://127.0.0.1:1/")).rejects.toMatchObject({ kind: "connect-refused" });
  expect(session.get("https://127.0.0.1/")).rejects.toThrow(TypeError);
  await Bun.sleep(10);
});
