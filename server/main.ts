import { ensureFiles, filesDirectory } from "../fixtures/files.ts";
import { type Fixture, isRaw, pathOf } from "../fixtures/fixture.ts";
import { fixtures } from "../fixtures/registry.ts";
import { type BodySource, createApp } from "./app.ts";
import { serveDisk } from "./disk.ts";
import type { ServerCommand, ServerOptions, ServerReport } from "./messages.ts";
import { listenRaw } from "./raw.ts";

/**
 * The fixture server's process. It is told what to do in one argument of JSON, says on the IPC
 * channel where it listens, answers there what CPU it has used, and ends when the channel does.
 */
function main(): void {
  const options = JSON.parse(process.argv[2] ?? "{}") as ServerOptions;
  const report = (message: ServerReport) => process.send?.(message);
  process.on("message", (command: ServerCommand) => {
    if (command === "usage") report({ kind: "usage", ...process.cpuUsage() });
  });
  process.on("disconnect", () => process.exit(0));
  try {
    report({ kind: "listening", pid: process.pid, ...listen(options) });
  } catch (error) {
    report({ kind: "failed", message: whyNotListening(error) });
    process.exit(1);
  }
}

/** Bun asks "Is port 3000 in use?". */
function whyNotListening(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return "code" in error && error.code === "EADDRINUSE" ? "the port is in use" : error.message;
}

function listen({ host, port, source, patienceMs }: ServerOptions) {
  const raw = listenRaw(fixtures.filter(isRaw), host, { patienceMs });
  const server = Bun.serve({
    hostname: host,
    port,
    // 0 is for ever.
    idleTimeout: (patienceMs ?? 0) / 1000,
    // Nothing here wants a body; Bun cuts off heads that are endless or drip.
    maxRequestBodySize: 16 * 1024,
    routes: source === "routes" ? staticRoutes(fixtures.filter(isWhole)) : {},
    fetch: createApp(fixtures, bodySource(source)).fetch,
    // Bun's own page would show source code to whoever asks.
    error(fault) {
      console.error(fault);
      return new Response("internal error\n", { status: 500 });
    },
  });
  const authority = host.includes(":") ? `[${host}]` : host;
  return {
    url: `http://${authority}:${server.port}`,
    rawUrl: `http://${authority}:${raw.port}`,
    fixtures: Object.fromEntries(fixtures.map((fixture) => [fixture.name, pathOf(fixture)])),
  };
}

function bodySource(source: ServerOptions["source"]): BodySource {
  if (source !== "disk") return { kind: "memory" };
  ensureFiles(fixtures);
  return { kind: "disk", serve: serveDisk(filesDirectory) };
}

/** Bun answers these without running any JavaScript. Other methods fall through to Hono. */
function staticRoutes(served: readonly Fixture[]) {
  return Object.fromEntries(
    served.map((fixture) => {
      const headers = { "Content-Type": fixture.contentType };
      return [pathOf(fixture), { GET: new Response(fixture.body(), { headers }) }];
    }),
  );
}

function isWhole({ delivery }: Fixture): boolean {
  return delivery.kind === "whole";
}

main();
