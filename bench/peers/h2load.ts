import { capture, type Peer, wholeSeconds } from "./peer.ts";

/** nghttp2's, in HTTP/1.1; it tells means, and no percentiles. */
export const h2load: Peer = {
  name: "h2load",
  versionCommand: ["h2load", "--version"],
  command: (url, connections, durationMs) => [
    ...["h2load", "--h1", "-t1", `-c${connections}`, "-D", wholeSeconds(durationMs), url],
  ],
  parse: (output) => ({
    requests: capture(output, /requests: (\d+) total/),
    failed: capture(output, /(\d+) failed/),
    requestsPerSecond: capture(output, /finished in [\d.]+m?s, ([\d.]+) req\/s/),
    keptAlive: true,
  }),
};
