import { capture, captureIfAny, type Peer, wholeSeconds } from "./peer.ts";

const nsPerUnit: Readonly<Record<string, number>> = { us: 1e3, ms: 1e6, s: 1e9, m: 60e9 };

/** https://github.com/wg/wrk */
export const wrk: Peer = {
  name: "wrk",
  versionCommand: ["wrk", "-v"],
  // Connections / rate is a mean of 276 µs at 232,000 requests a second, where it says 134 µs.
  caveat:
    "wrk counts a request from its write, a turn of its loop after the last answer: its percentiles are too low.",
  command: (url, connections, durationMs) => [
    ...["wrk", "-t1", `-c${connections}`, `-d${wholeSeconds(durationMs)}s`, "--latency", url],
  ],
  parse(output) {
    return {
      requests: capture(output, /(\d+) requests in/),
      failed: failures(output),
      requestsPerSecond: capture(output, /Requests\/sec:\s+([\d.]+)/),
      p50Ns: percentile(output, 50),
      p99Ns: percentile(output, 99),
      keptAlive: true,
    };
  },
};

function percentile(output: string, percent: number): number {
  const pattern = new RegExp(`${percent}%\\s+([\\d.]+)(us|ms|s|m)\\b`);
  const unit = pattern.exec(output)?.[2] ?? "";
  return capture(output, pattern) * (nsPerUnit[unit] ?? Number.NaN);
}

/** Printed only where there were any. */
function failures(output: string): number {
  const sockets = /Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(
    output,
  );
  const statuses = captureIfAny(output, /Non-2xx or 3xx responses: (\d+)/);
  return (sockets ?? []).slice(1).reduce((sum, count) => sum + Number(count), statuses);
}
