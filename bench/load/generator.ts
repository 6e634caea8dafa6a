import { loadClient } from "./clients.ts";
import { Driver } from "./driver.ts";
import type { GeneratorCommand, GeneratorOptions, GeneratorReport } from "./messages.ts";

/**
 * The generator's process: one strategy, driven as the coordinator says over the IPC channel. Its
 * one argument is its GeneratorOptions as JSON. It ends with the channel, so that no coordinator
 * leaves an orphan.
 */
async function main(): Promise<void> {
  const report = (message: GeneratorReport) => process.send?.(message);
  process.on("disconnect", () => process.exit(0));
  const options = JSON.parse(process.argv[2] ?? "{}") as GeneratorOptions;
  const { strategy, checkout, transport } = options;
  const driver = new Driver(await loadClient(strategy, checkout, transport), options);
  process.on("message", (command: GeneratorCommand) => {
    if (command.kind === "stop") {
      driver.stop();
      return;
    }
    perform(driver, command).then(report, (error: unknown) => {
      report({ kind: "failed", message: error instanceof Error ? error.message : String(error) });
    });
  });
  report({ kind: "ready" });
}

async function perform(
  driver: Driver,
  command: Exclude<GeneratorCommand, { kind: "stop" }>,
): Promise<GeneratorReport> {
  switch (command.kind) {
    case "warm-up":
      return { kind: "warmed-up", pace: await driver.warmUp(command.phases) };
    case "slice":
      return { kind: "slice", ...(await driver.runSlice(command.length)) };
    case "finish":
      return driver.finish();
  }
}

main().catch((error: unknown) => {
  const message = error instanceof Error ? error.message : String(error);
  process.send?.({ kind: "failed", message } satisfies GeneratorReport);
});
