import { isRaw } from "../../fixtures/fixture.ts";
import { fixtures as allFixtures } from "../../fixtures/registry.ts";
import type { ServeConfig } from "../flags/serve.ts";
import { exitCodes, type Io } from "../io.ts";
import { renderTable } from "../reporters/table.ts";
import { isLoopback } from "../system/loopback.ts";
import { startServer } from "../target/server-process.ts";

/** Connections of clients that are not ours may be forgotten by them. */
const patienceMs = 60_000;

/** Runs the fixture server until Ctrl-C, or until its process ends. */
export async function serve(config: ServeConfig, io: Io): Promise<number> {
  const server = await startServer({ ...config, patienceMs });
  const { url, rawUrl, pid, fixtures } = server;
  if (!isLoopback(config.host)) {
    io.err.write(`readrace: warning: whoever can reach ${config.host} can load this server\n`);
  }
  if (config.json) {
    io.out.write(`${JSON.stringify({ url, pid, fixtures, rawUrl })}\n`);
  } else {
    const inSegments = allFixtures.filter(isRaw).map(({ name }) => name);
    const rows = Object.entries(fixtures).map(([name, path]) => [name, url + path]);
    io.out.write(`Serving fixtures from ${config.source} at ${url} (pid ${pid}); Ctrl-C stops.\n`);
    io.out.write(`Exact segments (${inSegments.join(", ")}) at ${rawUrl}\n\n`);
    const columns = ["fixture", "url"].map((heading) => ({ heading, align: "left" as const }));
    io.out.write(renderTable(columns, rows));
  }
  const stopped = new Promise<"stopped">((resolve) => {
    if (io.signal.aborted) resolve("stopped");
    io.signal.addEventListener("abort", () => resolve("stopped"));
  });
  const how = await Promise.race([stopped, server.ended.then(() => "died" as const)]);
  if (how === "died") throw new Error("the server's process has ended");
  await server.stop();
  return exitCodes.fine;
}
