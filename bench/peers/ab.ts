import { capture, captureIfAny, type Peer, wholeMsToNs, wholeSeconds } from "./peer.ts";

/** ApacheBench; it speaks HTTP/1.0, and its percentiles are whole milliseconds. */
export const ab: Peer = {
  name: "ab",
  versionCommand: ["ab", "-V"],
  command: (url, connections, durationMs) => [
    ...["ab", "-q", "-k", "-c", String(connections), "-t", wholeSeconds(durationMs)],
    // It stops at 50,000 requests unless it is told otherwise.
    ...["-n", "100000000", url],
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
  }),
};
