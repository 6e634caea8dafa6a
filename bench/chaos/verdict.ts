import { errorKinds } from "../../src/errors.ts";
import { formatBytes, formatNs, plural } from "../units.ts";
import { type ChaosSample, timeoutMs } from "./run.ts";

/** Memory may grow by so much: compiled code and histograms' first pages take some MB at the start. */
const growthShare = 0.1;
const growthBytes = 24 * 1024 * 1024;

/** What is wrong with a chaos run, in sentences; none where client and server agree on everything. */
export function findingsOf(
  { requests, recording, errors, tally }: ChaosSample,
  connections: number,
): readonly string[] {
  const { issued, ok, failed, unfinished } = requests;
  const { warmBytes, endBytes } = recording.memory;
  return [
    issued === ok + failed && unfinished === 0
      ? []
      : `${issued} requests were issued, ${ok} went well, ${failed} failed`,
    miscounts(errors, tally.errors, recording.loopDelay.maxValue),
    tally.open === 0 ? [] : `${plural(tally.open, "connection")} stayed open`,
    // A client that closes is gone for itself at once, for the server a little later.
    tally.mostOpen <= 2 * connections
      ? []
      : `${tally.mostOpen} connections were open at once, where ${connections} were wanted`,
    endBytes <= Math.max(warmBytes * (1 + growthShare), warmBytes + growthBytes)
      ? []
      : `memory grew from ${formatBytes(warmBytes)} to ${formatBytes(endBytes)}`,
  ].flat();
}

type Errors = ChaosSample["errors"];

/** Kinds that client and server have counted differently. */
function miscounts(seen: Errors, injected: Errors, longestPauseNs: number): readonly string[] {
  // Seen from a process that stands still, whatever comes meanwhile comes too late.
  const pause =
    longestPauseNs < (timeoutMs / 2) * 1e6
      ? ""
      : `; the client stood still for ${formatNs(longestPauseNs)}, and what ends after ${timeoutMs} ms is a timeout: run it again`;
  return errorKinds.flatMap((kind) => {
    const [caused, counted] = [injected[kind] ?? 0, seen[kind] ?? 0];
    return caused === counted
      ? []
      : `${kind}: the server gave cause for ${caused}, the client counted ${counted}${pause}`;
  });
}
