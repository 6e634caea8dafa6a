import { capture, captureIfAny, type Peer, wholeMsToNs, wholeSeconds } from "./peer.ts";

/** More than it can make, and few enough for what it reserves for each: 32 bytes, all at once. */
const mostPerSecond = 1e6;

/** ApacheBench; it speaks HTTP/1.0, whose connections Bun does not keep, and its percentiles are whole milliseconds. */
export const ab: Peer = {
  name: "ab",
  versionCommand: ["ab", "-V"],
  command: (url, connections, durationMs) => [
    ...["ab", "-q", "-k", "-c", String(connections), "-t", wholeSeconds(durationMs)],
    // It stops at 50,000 requests unless it is told otherwise.
    ...["-n", String(Number(wholeSeconds(durationMs)) * mostPerSecond), url],
  ],
  parse: (output) => ({
    requests: capture(output, /Complete requests:\s+(\d+)/),
    // A bad answer of another length than the first is in both.
    failed: Math.max(
      capture(output, /Failed requests:\s+(\d+)/),
      captureIfAny(output, /Non-2xx responses:\s+(\d+)/),
    ),
    requestsPerSecond: capture(output, /Requests per second:\s+([\d.]+)/),
    p50Ns: wholeMsToNs(capture(output, /^\s+50%\s+(\d+)/m)),
    p99Ns: wholeMsToNs(capture(output, /^\s+99%\s+(\d+)/m)),
    keptAlive: capture(output, /Keep-Alive requests:\s+(\d+)/) > 0,
  }),
};
