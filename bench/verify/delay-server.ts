import type { Socket } from "bun";
import { clockNs } from "../load/clock.ts";
import { createHistogram, encodeHistogram, type Histogram } from "../load/histogram.ts";
import {
  type Behaviour,
  createSchedule,
  type DelayCommand,
  type DelayListening,
  type DelayReport,
} from "./behaviour.ts";

/** A timer may fire early or 1 ms late; the last stretch before an answer is spent in a spin. */
const spinNs = 2.5e6;

const answer = new TextEncoder().encode("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");

interface Due {
  readonly socket: Socket;
  readonly arrivedNs: number;
  readonly dueNs: number;
}

/**
 * Answers when a Behaviour says, and records when it really did: the figures of a client are compared
 * with that, never with an intention. A process of its own; its one argument is its Behaviour as JSON.
 */
function main(): void {
  const behaviour = JSON.parse(process.argv[2] ?? "{}") as Behaviour;
  let schedule: (nowNs: number) => number = (nowNs) => nowNs;
  // Answers due, the earliest first.
  const due: Due[] = [];
  let delays: Histogram = createHistogram();
  let awake = false;

  const send = ({ socket, arrivedNs }: Due) => {
    socket.write(answer);
    delays.recordValue(Math.max(1, Math.round(clockNs() - arrivedNs)));
  };
  const turn = () => {
    const nowNs = clockNs();
    while (due[0] !== undefined && due[0].dueNs <= nowNs) send(due.shift() as Due);
    const [next] = due;
    awake = next !== undefined;
    if (next === undefined) return;
    const waitNs = next.dueNs - nowNs;
    if (waitNs > spinNs) setTimeout(turn, (waitNs - spinNs) / 1e6);
    else setImmediate(turn);
  };
  const accept = (socket: Socket) => {
    const arrivedNs = clockNs();
    const entry = { socket, arrivedNs, dueNs: schedule(arrivedNs) };
    if (entry.dueNs <= arrivedNs) {
      send(entry);
      return;
    }
    let at = due.length;
    while (at > 0 && (due[at - 1] as Due).dueNs > entry.dueNs) at--;
    due.splice(at, 0, entry);
    // An answer that is due before the one that is waited for must not wait for it.
    if (!awake || at === 0) turn();
  };
  const listener = Bun.listen({
    hostname: "127.0.0.1",
    port: 0,
    // Requests of our clients come whole: they are far smaller than a segment.
    socket: { data: accept },
  });
  process.on("disconnect", () => process.exit(0));
  process.on("message", (command: DelayCommand) => {
    const report: DelayReport = { kind: "delays", delays: encodeHistogram(delays) };
    if (command === "begin") {
      schedule = createSchedule(behaviour, clockNs());
      delays = createHistogram();
    }
    process.send?.(report);
  });
  const listening: DelayListening = { kind: "listening", port: listener.port };
  process.send?.(listening);
}

main();
