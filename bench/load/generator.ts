import { childOptions, failedReport, joinCoordinator } from "../system/child-side.ts";
import { loadClient } from "./clients.ts";
import { Driver } from "./driver.ts";
import type { GeneratorCommand, GeneratorOptions, GeneratorReport } from "./messages.ts";

/**
 * The generator's process: one strategy, driven as the coordinator says over the IPC channel. Its
 * one argument is its GeneratorOptions as JSON.
 */
async function main(): Promise<void> {
  let driver: Driver | undefined;
  const report = joinCoordinator<GeneratorCommand, GeneratorReport>((command) => {
    if (command.kind === "stop") driver?.stop();
    else if (driver !== undefined) perform(driver, command).then(report, fail);
  });
  const fail = (error: unknown) => report(failedReport(error));
  try {
    const options = childOptions<GeneratorOptions>();
    const { strategy, checkout, transport } = options;
    driver = new Driver(await loadClient(strategy, checkout, transport), options);
    report({ kind: "ready" });
  } catch (error) {
    fail(error);
  }
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

await main();
