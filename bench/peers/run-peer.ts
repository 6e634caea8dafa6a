import { endAfter } from "../system/end-after.ts";
import { bindToCores } from "../system/scheduling.ts";
import type { Peer, PeerReport } from "./peer.ts";

/** A run of a peer, and the CPU time of its whole process, its start and end included. */
export interface PeerRun extends PeerReport {
  readonly cpuNs: number;
}

export interface PeerTask {
  readonly url: string;
  readonly connections: number;
  readonly durationMs: number;
}

/** What a tool may take beside its duration, to connect and to end, before it is taken to hang. */
const defaultPatienceMs = 20_000;

/**
 * Runs a peer on the generators' cores; rejects where it fails, where it does not end in time, or where its
 * output cannot be read. An abort kills it.
 */
export async function runPeer(
  { command, parse }: Peer,
  { url, connections, durationMs }: PeerTask,
  signal: AbortSignal,
  patienceMs = defaultPatienceMs,
): Promise<PeerRun> {
  const line = bindToCores(command(url, connections, durationMs), "generator");
  const withinMs = durationMs + patienceMs;
  const child = Bun.spawn(line, {
    stdio: ["ignore", "pipe", "pipe"],
    signal,
    killSignal: "SIGKILL",
  });
  const wasLate = endAfter(withinMs, () => child.kill("SIGKILL"));
  const said = Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
  const exitCode = await child.exited;
  // What it has begun may go on, and keep its output open.
  if (wasLate()) throw new Error(`had not ended after ${Math.round(withinMs / 1000)} s`);
  if (child.signalCode !== null) throw new Error(`ended with ${child.signalCode}`);
  const [output, complaint] = await said;
  if (exitCode !== 0) {
    throw new Error(`ended with exit code ${exitCode}: ${complaint.trim().slice(0, 200)}`);
  }
  return { ...read(parse, output), cpuNs: cpuNsOf(child) };
}

function read(parse: Peer["parse"], output: string): PeerReport {
  let report: PeerReport;
  try {
    report = parse(output);
  } catch (cause) {
    throw new Error("has printed what cannot be read", { cause });
  }
  if (report.requests === 0) throw new Error("has made no request");
  return report;
}

function cpuNsOf(child: Bun.Subprocess): number {
  const usage = child.resourceUsage();
  if (usage === undefined) throw new Error("has used CPU of which the system does not tell");
  return Number(usage.cpuTime.total) * 1000;
}

/** The version that a peer tells of itself: the first thing in its output that looks like one. */
export function versionOf({ versionCommand }: Peer): string {
  const { stdout, stderr } = Bun.spawnSync([...versionCommand]);
  const text = stdout.toString() + stderr.toString();
  return /\d+\.\d+(\.\d+)?/.exec(text)?.[0] ?? "of unknown version";
}
