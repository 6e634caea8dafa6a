import { clockNs } from "../load/clock.ts";
import { createHistogram, encodeHistogram } from "../load/histogram.ts";
import { childOptions, joinCoordinator } from "../system/child-side.ts";

/** What a bare client is to do. */
export interface BareOptions {
  readonly port: number;
  readonly connections: number;
  readonly durationMs: number;
}

export interface BareReport {
  /** HdrHistogram of nanoseconds from a request's write to its answer, as base64. */
  readonly serviceTime: string;
}

const request = new TextEncoder().encode("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");

/**
 * The least that asks and is answered: Bun's sockets, with no protocol, no driver and no reader of
 * ours. What it sees late, the machine or Bun made late. A process of its own; its one argument is
 * its options as JSON, its one report what it saw.
 */
function main(): void {
  const { port, connections, durationMs } = childOptions<BareOptions>();
  const report = joinCoordinator<never, BareReport>(() => {});
  const serviceTime = createHistogram();
  for (let i = 0; i < connections; i++) {
    let startNs = 0;
    const send = (socket: { write(bytes: Uint8Array): unknown }) => {
      startNs = clockNs();
      socket.write(request);
    };
    void Bun.connect({
      hostname: "127.0.0.1",
      port,
      socket: {
        open: send,
        // An answer of the delay server is far smaller than a segment, and comes whole.
        data(socket) {
          serviceTime.recordValue(Math.max(1, Math.round(clockNs() - startNs)));
          send(socket);
        },
      },
    });
  }
  setTimeout(() => report({ serviceTime: encodeHistogram(serviceTime) }), durationMs);
}

main();
