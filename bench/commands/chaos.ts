import { asError } from "../../src/errors.ts";
import { type ChaosSample, runChaos } from "../chaos/run.ts";
import { findingsOf } from "../chaos/verdict.ts";
import type { ChaosConfig } from "../flags/chaos.ts";
import { exitCodes, type Io } from "../io.ts";
import { addCounts } from "../load/workers.ts";
import { renderTable } from "../reporters/table.ts";
import { formatBytes, plural } from "../units.ts";

/**
 * Faults at random against every strategy at once; what the clients counted must be what the servers
 * did. Exit code 3 where it is not.
 */
export async function chaos({ strategies, settings }: ChaosConfig, io: Io): Promise<number> {
  const broken: string[] = [];
  const runs = await Promise.all(
    strategies.map((strategy) =>
      runChaos(strategy, settings, io.signal).catch((error: unknown) => {
        broken.push(`${strategy}: ${asError(error).message}`);
        return undefined;
      }),
    ),
  );
  const samples = runs.filter((sample) => sample !== undefined);
  if (samples.length === 0 && io.signal.aborted) {
    io.out.write("Interrupted in the warm-up, before anything was compared.\n");
    return exitCodes.interrupted;
  }
  const miscounted = samples.flatMap((sample) =>
    findingsOf(sample, settings.connections).map((what) => `${sample.strategy}: ${what}`),
  );
  const wrong = [...broken, ...miscounted];
  io.out.write(renderFaults(samples));
  io.out.write(`\n${renderSamples(samples)}\n`);
  for (const line of wrong) io.out.write(`WRONG ${line}\n`);
  const stopped = io.signal.aborted ? "Interrupted. Until then: " : "";
  io.out.write(`${stopped}${conclude(samples, wrong.length)}\nSeed ${settings.seed}.\n`);
  if (io.signal.aborted) return exitCodes.interrupted;
  return wrong.length === 0 ? exitCodes.fine : exitCodes.invalid;
}

function renderFaults(samples: readonly ChaosSample[]): string {
  const tried = addCounts(samples.map(({ tally }) => tally.faults));
  const columns = [
    { heading: "fault", align: "left" as const },
    { heading: "times", align: "right" as const },
  ];
  return renderTable(
    columns,
    Object.entries(tried).map(([name, count]) => [name, String(count)]),
  );
}

function renderSamples(samples: readonly ChaosSample[]): string {
  const headings = [
    "good answers",
    "faults",
    "reopened",
    "left open",
    "memory after warm-up",
    "at the end",
  ];
  const columns = [
    { heading: "strategy", align: "left" as const },
    ...headings.map((heading) => ({ heading, align: "right" as const })),
  ];
  return renderTable(
    columns,
    samples.map(({ strategy, recording, tally }) => [
      strategy,
      String(tally.good),
      String(faultCount(tally)),
      String(recording.reopened),
      String(tally.open),
      formatBytes(recording.memory.warmBytes),
      formatBytes(recording.memory.endBytes),
    ]),
  );
}

function conclude(samples: readonly ChaosSample[], wrong: number): string {
  const faults = samples.reduce((sum, { tally }) => sum + faultCount(tally), 0);
  return wrong === 0
    ? `Held: each of ${plural(faults, "fault")} was counted as what it was, no connection stayed open, memory is flat.`
    : `DID NOT HOLD: ${plural(wrong, "thing")} went wrong over ${plural(faults, "fault")}.`;
}

function faultCount({ faults }: ChaosSample["tally"]): number {
  return Object.values(faults).reduce((sum, count) => sum + count, 0);
}
