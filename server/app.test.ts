import { describe, expect, test } from "bun:test";
import { pathOf } from "../fixtures/fixture.ts";
import { fixtures } from "../fixtures/registry.ts";
import { createApp } from "./app.ts";

const app = createApp(fixtures, { kind: "memory" });

describe.each(fixtures.map((fixture) => [fixture.name, fixture] as const))("%s", (_, fixture) => {
  test("GET gives the body", async () => {
    const response = await app.request(pathOf(fixture));
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe(fixture.contentType);
    expect(Buffer.compare(await response.bytes(), fixture.body())).toBe(0);
  });

  test("HEAD gives the length and no body", async () => {
    const response = await app.request(pathOf(fixture), { method: "HEAD" });
    expect(response.status).toBe(200);
    expect(response.headers.get("content-length")).toBe(String(fixture.body().length));
    expect(await response.text()).toBe("");
  });

  test.each(["POST", "PUT", "PATCH", "DELETE"])(
    "%s is 405 and says what is allowed",
    async (method) => {
      const response = await app.request(pathOf(fixture), { method });
      expect(response.status).toBe(405);
      expect(response.headers.get("allow")).toBe("GET, HEAD");
    },
  );
});

test("anything else is 404", async () => {
  for (const path of ["/", "/nope", "/hello.txt/", "/HELLO.TXT"]) {
    expect((await app.request(path)).status).toBe(404);
  }
});

test("hello is the greeting, and bodies are the same on every machine", () => {
  const [hello] = fixtures;
  expect(new TextDecoder().decode(hello?.body())).toBe("Hello, World!");
  // Recorded from Marsaglia's xorshift32 (13, 17, 5) in C (uint32_t), seeded with 0x9e3779b9 ^ 1024.
  const oneK = fixtures.find(({ name }) => name === "1k")?.body();
  expect(oneK?.length).toBe(1024);
  expect(oneK?.subarray(0, 16).toHex()).toBe("59ca8c417a4137c0b6bb1a2b80f5e4f1");
});
