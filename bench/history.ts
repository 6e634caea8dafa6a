import {
  closeSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { z } from "zod";
import { asError } from "../src/errors.ts";
import { UserError } from "./errors.ts";
import { nsPerResponse } from "./metrics/ns-per-response.ts";
import { comparedMetricKeys } from "./metrics/registry.ts";
import { parseJson } from "./parse-json.ts";
import type { CellResult, Environment, Result } from "./result.ts";

/** One recorded run, as a line of history.jsonl; lines are only ever added. */
const historyEntry = z.object({
  recordedAt: z.iso.datetime(),
  revision: z.string(),
  dirty: z.boolean(),
  kernel: z
    .string()
    .optional()
    .describe("told where a level changes with it; hosts renew theirs often"),
  environment: z.string().describe("what must be the same for runs to be comparable"),
  cells: z.array(
    z.object({
      cell: z.string(),
      metrics: z.record(z.string(), z.number()),
    }),
  ),
});

export type HistoryEntry = z.infer<typeof historyEntry>;

/** What is kept of a run: the figures that are judged. */
const keptMetrics = [...comparedMetricKeys, nsPerResponse.key];

/** A run as a line of the history, which keeps valid cells only. */
export function historyEntryOf(result: Result): HistoryEntry {
  const { git } = result.environment;
  return {
    recordedAt: result.finishedAt,
    revision: git?.revision ?? "unknown",
    dirty: git?.dirty ?? false,
    kernel: result.environment.kernel,
    environment: environmentKey(result.environment),
    cells: result.cells
      .filter(({ valid }) => valid)
      .map((cell) => ({
        cell: cellKey(cell),
        metrics: Object.fromEntries(
          keptMetrics.flatMap((key) => {
            const value = cell.metrics[key]?.value;
            return value === undefined ? [] : [[key, value]];
          }),
        ),
      })),
  };
}

/** Runs of the same key can be compared: machine, runtime and server are the same. */
function environmentKey(environment: Environment): string {
  const { runtime, runtimeVersion, os, arch, cpu, cores, server } = environment;
  const { keptAwake, transport, boundToCores } = environment;
  const awake = keptAwake ? ", kept awake" : "";
  const direct = transport === "direct" ? ", read directly" : "";
  const unbound = boundToCores === false ? ", not bound to cores" : "";
  const machine = `${os} ${arch}, ${cores} × ${cpu}`;
  return `${runtime} ${runtimeVersion}, ${machine}, server ${server}${awake}${direct}${unbound}`;
}

function cellKey({
  strategy,
  fixture,
  connections,
  mode,
  rate,
  schedule,
  workers,
  keptAlive,
  pipeline,
}: CellResult): string {
  const open = mode === "open" ? ` at ${rate}/s${schedule ? ` (${schedule})` : ""}` : "";
  return `${strategy}, ${fixture}, ${connections}${open}${keptAlive ? "" : ", close"}${pipeline ? `, pipeline ${pipeline}` : ""}${workers > 1 ? `, ${workers} workers` : ""}`;
}

/**
 * Adds a line at the end, in one write, so that two runs at once cannot mix theirs: whole, or, where
 * the disk is full, not at all, unless another has added to it in that moment.
 */
export function appendHistory(path: string, entry: HistoryEntry): void {
  mkdirSync(dirname(path), { recursive: true });
  const file = openSync(path, "a+");
  const before = fstatSync(file).size;
  let written = 0;
  try {
    // Editors and merges may leave the last line without its end.
    const start = before > 0 && !endsWithNewline(file, before) ? "\n" : "";
    const line = new TextEncoder().encode(`${start}${JSON.stringify(entry)}\n`);
    written = writeSync(file, line);
    if (written < line.length) throw new Error("the disk is full");
  } catch (cause) {
    // Not what another run has added meanwhile.
    if (fstatSync(file).size === before + written) ftruncateSync(file, before);
    throw new Error(`cannot add to ${path}: ${asError(cause).message}`, { cause });
  } finally {
    closeSync(file);
  }
}

function endsWithNewline(file: number, size: number): boolean {
  const last = new Uint8Array(1);
  readSync(file, last, 0, 1, size - 1);
  return last[0] === 0x0a;
}

/**
 * Every recorded run, in the order of time: git may have put the lines of a branch behind those of another. A
 * UserError names a line that is none.
 */
export function readHistory(path: string): HistoryEntry[] {
  const entries = readEntries(path);
  if (entries.length === 0) throw noHistory(path);
  return entries.sort((a, b) => Date.parse(a.recordedAt) - Date.parse(b.recordedAt));
}

/** The same in the order of the file, which may be empty. */
export function readEntries(path: string): HistoryEntry[] {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") throw noHistory(path);
    throw new UserError(`cannot read ${path}: ${asError(cause).message}`, { cause });
  }
  return text.split("\n").flatMap((line, index) => {
    if (line.trim() === "") return [];
    const parsed = parseJson(historyEntry, line);
    if (typeof parsed === "string") {
      throw new UserError(`${path}, line ${index + 1} is no recorded run (${parsed}); remove it`);
    }
    return [parsed];
  });
}

function noHistory(path: string): UserError {
  return new UserError(
    `there is no history yet (${path}): record runs with bun run bench load --record`,
  );
}
