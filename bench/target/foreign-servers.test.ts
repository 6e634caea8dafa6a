import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureFiles } from "../../fixtures/files.ts";
import { isRaw, pathOf } from "../../fixtures/fixture.ts";
import { fixtures } from "../../fixtures/registry.ts";
import { ClientSession } from "../../src/session.ts";
import { parsingStrategies } from "../../src/strategies/registry.ts";
import { type ServerProcess, startServer } from "./server-process.ts";

/** A server that is not ours serves the same files; every strategy must get the same bytes. */
const folder = mkdtempSync(join(tmpdir(), "readrace-"));
ensureFiles(fixtures, folder);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const readings = ["message", "eof"] as const;
const served = fixtures.filter(({ delivery }) => delivery.kind === "whole");

async function compareAll(base: string, chosen = fixtures): Promise<void> {
  for (const strategy of parsingStrategies) {
    for (const reading of readings) {
      const session = new ClientSession({ strategy, reading });
      for (const fixture of chosen) {
        const response = await session.get(new URL(pathOf(fixture), base).href);
        const same = Buffer.compare(response.bytes(), fixture.body()) === 0;
        expect({ strategy: strategy.name, reading, fixture: fixture.name, same }).toEqual({
          strategy: strategy.name,
          reading,
          fixture: fixture.name,
          same: true,
        });
      }
      session.close();
    }
  }
}

/** A free port: bound, read and released. */
async function freePort(): Promise<number> {
  const probe = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  const { port } = probe;
  probe.stop(true);
  return port;
}

async function untilItAnswers(base: string): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    if (
      await fetch(base).then(
        () => true,
        () => false,
      )
    )
      return;
    await Bun.sleep(50);
  }
  throw new Error(`nothing answers at ${base}`);
}

describe("our server", () => {
  let server: ServerProcess;
  beforeAll(async () => {
    server = await startServer({ host: "127.0.0.1", port: 0, source: "memory" });
  });
  afterAll(() => server.stop());

  test("every fixture, by every strategy, in both ways", async () => {
    await compareAll(server.url);
  }, 20_000);

  test("exact segments as well", async () => {
    await compareAll(server.rawUrl, fixtures.filter(isRaw));
  }, 20_000);
});

describe("Node's http server", () => {
  let server: Server;
  let base = "";
  beforeAll(async () => {
    const bodies = new Map(fixtures.map((fixture) => [pathOf(fixture), fixture.body()]));
    server = createServer((request, response) => response.end(bodies.get(request.url ?? "")));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    base = `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
  });
  afterAll(() => void server.close());

  test("every fixture, by every strategy, in both ways", async () => {
    await compareAll(base);
  }, 20_000);
});

const python = Bun.which("python3");
describe.skipIf(python === null)(
  "python3 -m http.server (HTTP/1.0, closes) [skipped without python3]",
  () => {
    let base = "";
    let child: ReturnType<typeof Bun.spawn>;
    beforeAll(async () => {
      const port = await freePort();
      base = `http://127.0.0.1:${port}`;
      const command = [python ?? "", "-m", "http.server", String(port), "--bind", "127.0.0.1"];
      child = Bun.spawn(command, { cwd: folder, stdio: ["ignore", "ignore", "ignore"] });
      await untilItAnswers(base);
    });
    afterAll(() => child.kill());

    test("every fixture, by every strategy, in both ways", async () => {
      await compareAll(base);
    }, 20_000);
  },
);

const nginx = Bun.which("nginx") ?? Bun.which("/usr/sbin/nginx");
describe.skipIf(nginx === null)("nginx [skipped without nginx]", () => {
  let base = "";
  let child: ReturnType<typeof Bun.spawn>;
  beforeAll(async () => {
    const port = await freePort();
    base = `http://127.0.0.1:${port}`;
    const config = join(folder, "nginx.conf");
    writeFileSync(
      config,
      `daemon off; pid ${folder}/nginx.pid; error_log ${folder}/error.log; worker_processes 1;
      ${process.getuid?.() === 0 ? "user root;" : ""}
      events {} http { access_log off; client_body_temp_path ${folder}; proxy_temp_path ${folder};
      fastcgi_temp_path ${folder}; uwsgi_temp_path ${folder}; scgi_temp_path ${folder};
      server { listen 127.0.0.1:${port}; root ${folder}; } }`,
    );
    child = Bun.spawn([nginx ?? "", "-c", config], { stdio: ["ignore", "ignore", "ignore"] });
    await untilItAnswers(base);
  });
  afterAll(() => child.kill());

  test("every fixture, by every strategy, in both ways", async () => {
    await compareAll(base, served);
  }, 20_000);
});
