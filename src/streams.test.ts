import { afterAll, beforeAll, expect, test } from "bun:test";
import { findFixture } from "../fixtures/registry.ts";
import { listenRaw } from "../server/raw.ts";
import { encodeRequest } from "./http1/request.ts";
import { ResponseCollector } from "./http1/response.ts";
import { openConnection } from "./streams.ts";

const fixture = findFixture("split-hello");
let server: ReturnType<typeof listenRaw>;

beforeAll(() => {
  server = listenRaw([fixture], "127.0.0.1");
});

afterAll(() => server.stop(true));

async function request() {
  const streams = await openConnection("127.0.0.1", server.port);
  const target = `/${fixture.file}`;
  streams.writer.write(encodeRequest({ method: "GET", host: "test", target }).bytes);
  return streams;
}

test("a single read returns the head only: the reason for the loop", async () => {
  const { reader, writer } = await request();
  const first = new TextDecoder().decode(await reader.read(64 * 1024));
  expect(first).toStartWith("HTTP/1.1 200 OK\r\n");
  expect(first).toEndWith("\r\n\r\n");
  expect(first).not.toContain("Hello, World!");
  writer.close();
});

test("a loop of reads returns it all", async () => {
  const { reader, writer } = await request();
  const collector = new ResponseCollector("message");
  collector.begin({ method: "GET" });
  let reads = 0;
  while (!collector.complete) {
    collector.feed(await reader.read(64 * 1024));
    reads++;
  }
  expect(reads).toBe(2);
  expect(collector.take().text()).toBe("Hello, World!");
  writer.close();
});
