import type { ErrorKind } from "../../src/errors.ts";
import { type Fault, faults } from "../../src/strategies/faults.ts";
import { seededRandom } from "../stats/random.ts";
import { childOptions, joinCoordinator } from "../system/child-side.ts";
import { goodAnswer } from "./answer.ts";
import type { ChaosCommand, ChaosListening, ChaosServerOptions, ChaosTally } from "./messages.ts";

/** Faults that only a client which knows what must come can see. */
const wrongAnswers: readonly Fault[] = [
  {
    name: "another status",
    kind: "wrong-status",
    answer: (socket) => {
      socket.write("HTTP/1.1 503 Busy\r\nContent-Length: 2\r\n\r\nno");
    },
  },
  {
    name: "another length",
    kind: "wrong-length",
    answer: (socket) => {
      socket.write("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx");
    },
  },
];

/**
 * Answers well, but for a share of the requests which meet a fault that is drawn at random; and keeps
 * count of it all, for a client's counts to be held against. A process of its own; its one argument is
 * its options as JSON.
 */
function main(): void {
  const { faultShare, seed } = childOptions<ChaosServerOptions>();
  const random = seededRandom(seed);
  const drawn = [...faults, ...wrongAnswers];
  const tried: Record<string, number> = {};
  const errors: Partial<Record<ErrorKind, number>> = {};
  let good = 0;
  let open = 0;
  let mostOpen = 0;
  const listener = Bun.listen({
    hostname: "127.0.0.1",
    port: 0,
    socket: {
      open() {
        open++;
        mostOpen = Math.max(mostOpen, open);
      },
      // Requests of our clients come whole: they are far smaller than a segment.
      data(socket) {
        const fault =
          random() < faultShare ? drawn[Math.floor(random() * drawn.length)] : undefined;
        if (fault === undefined) {
          good++;
          socket.write(goodAnswer);
          return;
        }
        tried[fault.name] = (tried[fault.name] ?? 0) + 1;
        errors[fault.kind] = (errors[fault.kind] ?? 0) + 1;
        fault.answer(socket);
      },
      close() {
        open--;
      },
      error() {},
    },
  });
  const report = joinCoordinator<ChaosCommand, ChaosListening | ChaosTally>(() =>
    report({ kind: "tally", good, faults: tried, errors, open, mostOpen }),
  );
  report({ kind: "listening", port: listener.port });
}

main();
