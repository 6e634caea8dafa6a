import { checkOutput } from "../check-output.ts";
import { describeEnvironment } from "../environment.ts";
import type { MicroConfig } from "../flags/micro.ts";
import { exitCodes, type Io } from "../io.ts";
import { microCells } from "../micro/cells.ts";
import { plotCells } from "../micro/plot.ts";
import { costModels, runMicro } from "../micro/run.ts";
import { createProgress } from "../progress.ts";
import { json } from "../reporters/json.ts";
import { text } from "../reporters/text.ts";
import { seededRandom } from "../stats/random.ts";
import { finishResult } from "./finish-result.ts";
import { keepResult } from "./keep-result.ts";

/** The readers alone, fed from memory; resolves with the exit code. */
export async function micro(config: MicroConfig, io: Io): Promise<number> {
  const { strategies, settings, seed, output } = config;
  checkOutput(output);
  const startedAt = new Date().toISOString();
  const progress = createProgress(io.err, settings.replicates);
  const onReplicate = () => progress.step("the readers alone");
  const samples = await runMicro(strategies, settings, seededRandom(seed), io.signal, onReplicate);
  progress.done();
  const result = finishResult({
    kind: "micro",
    startedAt,
    command: output.command,
    seed,
    interrupted: io.signal.aborted,
    environment: describeEnvironment("none: fed from memory", true),
    cells: microCells(samples),
    costModels: costModels(samples),
  });
  if (output.json) io.out.write(json.render(result));
  else io.out.write(`${text.render(result)}\n${plotCells(result.cells)}`);
  if (!keepResult(output, result, io)) return exitCodes.invalid;
  if (result.interrupted) return exitCodes.interrupted;
  return result.cells.every(({ valid }) => valid) ? exitCodes.fine : exitCodes.invalid;
}
