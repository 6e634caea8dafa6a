import { asError } from "../../src/errors.ts";
import { cellResults } from "../cell-result.ts";
import { checkOutput } from "../check-output.ts";
import { describeEnvironment } from "../environment.ts";
import type { OutputConfig } from "../flags/output.ts";
import { exitCodes, type Io } from "../io.ts";
import { areCoresKeptAwake } from "../load/awake.ts";
import { createProgress } from "../progress.ts";
import { json } from "../reporters/json.ts";
import { renderTable } from "../reporters/table.ts";
import type { CellResult, HarnessOverhead, Result } from "../result.ts";
import { formatNs } from "../units.ts";
import { toleranceMs, verifyCases } from "../verify/cases.ts";
import { measureOverhead } from "../verify/overhead.ts";
import { type Verification, verifyCase } from "../verify/run.ts";
import { bareClientLatenessNs } from "../verify/witness.ts";
import { finishResult } from "./finish-result.ts";
import { keepResult } from "./keep-result.ts";

/** Checks our own driver against servers whose delays are known; exit code 3 where they disagree. */
export async function verify(output: OutputConfig, io: Io): Promise<number> {
  checkOutput(output);
  const startedAt = new Date().toISOString();
  const verifications: Verification[] = [];
  const faults: string[] = [];
  const progress = createProgress(io.err, verifyCases.length + 1);
  for (const theCase of verifyCases) {
    if (io.signal.aborted) break;
    progress.step(theCase.name);
    try {
      const verification = await verifyCase(theCase, io.signal);
      if (verification !== undefined) verifications.push(verification);
    } catch (error) {
      // The other cases stand.
      if (!io.signal.aborted) faults.push(`${theCase.name}: ${asError(error).message}`);
    }
  }
  const cells = verifications.flatMap(verifiedCells);
  const isWrong = wrongCases(cells) > 0 && !io.signal.aborted;
  const bareClientOffByNs = isWrong ? await bareClientLatenessNs() : undefined;
  progress.step("what the harness costs");
  const harnessOverhead = await overheadIfKnown(io);
  progress.done();
  const result = finishResult({
    kind: "verify",
    startedAt,
    command: output.command,
    seed: 1,
    interrupted: io.signal.aborted,
    environment: describeEnvironment("delay servers", true, "direct"),
    cells,
    ...(harnessOverhead && { harnessOverhead }),
    ...(bareClientOffByNs !== undefined && { bareClientOffByNs }),
    ...(faults.length > 0 && { fault: faults.join("; ") }),
  });
  return conclude(result, verifications, output, io);
}

/** A fault here takes nothing with it that was verified before. */
async function overheadIfKnown({ signal, err }: Io): Promise<HarnessOverhead | undefined> {
  if (signal.aborted) return undefined;
  try {
    return await measureOverhead(signal);
  } catch (error) {
    if (!signal.aborted) {
      err.write(`readrace: what the harness costs is not known: ${asError(error).message}\n`);
    }
    return undefined;
  }
}

function conclude(
  result: Result,
  verifications: readonly Verification[],
  output: OutputConfig,
  io: Io,
): number {
  const { cells, interrupted, harnessOverhead, fault } = result;
  const wrong = wrongCases(cells);
  if (output.json) {
    io.out.write(json.render(result));
  } else {
    const headings = ["case", "", "expected", "measured", "off by", "allowed", "", "service time"];
    const columns = headings.map((heading, index) => ({
      heading,
      align: [0, 6].includes(index) ? ("left" as const) : ("right" as const),
    }));
    io.out.write(renderTable(columns, verifications.flatMap(verifiedRows)));
    io.out.write(`\n${verdictOf(result, verifications)}\n`);
    if (harnessOverhead !== undefined) io.out.write(`${overheadLine(harnessOverhead)}\n`);
  }
  if (fault !== undefined) io.err.write(`readrace: not every case could be run: ${fault}\n`);
  if (!keepResult(output, result, io)) return exitCodes.invalid;
  if (interrupted) return exitCodes.interrupted;
  return wrong === 0 && cells.length === verifyCases.length ? exitCodes.fine : exitCodes.invalid;
}

function wrongCases(cells: readonly CellResult[]): number {
  return cells.filter(({ valid }) => !valid).length;
}

function verdictOf(
  { cells, bareClientOffByNs, interrupted }: Result,
  verifications: readonly Verification[],
): string {
  const cases = verifications.length;
  const wrong = wrongCases(cells);
  const isPart = cases < verifyCases.length;
  if (interrupted && isPart) return "Stopped before every case was run.";
  if (wrong === 0 && isPart) {
    return `Not known: only ${cases} of ${verifyCases.length} cases could be run.`;
  }
  if (wrong === 0) {
    return `True: every percentile agrees with what is known.${heldUpLine(verifications)}`;
  }
  const witness =
    bareClientOffByNs === undefined ? "" : `\n${witnessLine(bareClientOffByNs / 1e6)}`;
  return `NOT true on this machine now: ${wrong} of ${cases} cases disagree, each in several runs.${witness}`;
}

/** What is to be known of cases that agreed only in another run, where others could not hold it up. */
function heldUpLine(verifications: readonly Verification[]): string {
  const again = verifications.filter(({ beforeOthers }) => beforeOthers);
  if (again.length === 0) return "";
  const wrong = again
    .flatMap(({ disagreed }) => disagreed)
    .flatMap(({ agreements }) => agreements.filter(({ ok }) => !ok));
  const offMs = Math.max(...wrong.map((own) => Math.abs(own.measuredMs - own.expectedMs)));
  return (
    `\n${again.length} of ${verifications.length} cases agreed when run again, client and server ` +
    "before everything else on their cores (a real-time policy).\n" +
    `In a race other work on this machine can make answers late: here they were off by up to ${offMs.toFixed(1)} ms.`
  );
}

function overheadLine({ ratio, interval }: HarnessOverhead): string {
  const [cost = "", low, high] = [ratio, ...interval].map((value) =>
    ((value - 1) * 100).toFixed(1),
  );
  return (
    `The harness costs ${cost} % [${low}, ${high}] of CPU per request over a bare loop of the same client ` +
    "(callback, hello, 64 connections)."
  );
}

function witnessLine(offByMs: number): string {
  const saw = `A bare client on Bun's sockets, with nothing of readrace in it, is off by ${offByMs.toFixed(3)} ms (p99 of 5 ms)`;
  const awake = areCoresKeptAwake()
    ? ""
    : ", or where cores can be kept awake (by root, on a kernel that has an idle driver)";
  return offByMs > toleranceMs(5)
    ? `${saw}:\nthis machine wakes whoever sleeps that late. Run it again when it is idle${awake}.`
    : `${saw}:\nthe machine is not the cause.`;
}

/** The cells of a case, with a line of audit for each percentile. */
function verifiedCells(verification: Verification): CellResult[] {
  const { heat, sample, agreements, disagreed, beforeOthers } = verification;
  const again = disagreed.length > 0 ? `, in run ${disagreed.length + 1}` : "";
  const how = beforeOthers ? `${again}, before everything else on its cores` : again;
  const lines = agreements.map(({ percent, expectedMs, measuredMs, ok }) => ({
    check: `verify-p${percent}`,
    ok,
    detail: `expected ${formatNs(expectedMs * 1e6)}, measured ${formatNs(measuredMs * 1e6)}${how}`,
  }));
  return cellResults(heat, [sample]).map((cell) => ({
    ...cell,
    audit: [...cell.audit, ...lines],
    valid: cell.valid && agreements.every(({ ok }) => ok),
  }));
}

function verifiedRows(verification: Verification): string[][] {
  const { heat, sample, agreements, serviceMs, disagreed, beforeOthers } = verification;
  const ms = (value: number) => `${value.toFixed(3)} ms`;
  const runs = disagreed.length + 1;
  const remarks = [
    heat.fixture,
    ...(runs > 1 ? [`  (run ${runs} times)`] : []),
    ...(beforeOthers ? ["  (at last before others)"] : []),
  ];
  return agreements.map(({ percent, expectedMs, measuredMs, ok }, index) => [
    remarks[index] ?? "",
    `p${percent}`,
    ms(expectedMs),
    ms(measuredMs),
    ms(measuredMs - expectedMs),
    ms(toleranceMs(expectedMs)),
    ok ? "ok" : "WRONG",
    sample.mode === "open" ? ms(serviceMs[percent]) : "",
  ]);
}
