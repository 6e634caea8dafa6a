import type { Socket } from "bun";
import { clockNs } from "../load/clock.ts";
import { createHistogram, encodeHistogram, type Histogram } from "../load/histogram.ts";
import { childOptions, joinCoordinator } from "../system/child-side.ts";
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

/** Calls `send` with each entry when it is due, the earliest first. */
function createDueQueue(send: (entry: Due) => void): (entry: Due) => void {
  const queue: Due[] = [];
  let awake = false;
  const turn = () => {
    const nowNs = clockNs();
    while (queue[0] !== undefined && queue[0].dueNs <= nowNs) send(queue.shift() as Due);
    const [next] = queue;
    awake = next !== undefined;
    if (next === undefined) return;
    const waitNs = next.dueNs - nowNs;
    if (waitNs > spinNs) setTimeout(turn, (waitNs - spinNs) / 1e6);
    else setImmediate(turn);
  };
  return (entry) => {
    if (entry.dueNs <= entry.arrivedNs) {
      send(entry);
      return;
    }
    let at = queue.length;
    while (at > 0 && (queue[at - 1] as Due).dueNs > entry.dueNs) at--;
    queue.splice(at, 0, entry);
    // An answer that is due before the one that is waited for must not wait for it.
    if (!awake || at === 0) turn();
  };
}

/**
 * Answers when a Behaviour says, and records when it really did: the figures of a client are compared
 * with that, never with an intention. A process of its own; its one argument is its Behaviour as JSON.
 */
function main(): void {
  const behaviour = childOptions<Behaviour>();
  let schedule: (nowNs: number) => number = (nowNs) => nowNs;
  let delays: Histogram = createHistogram();
  const sendWhenDue = createDueQueue(({ socket, arrivedNs }) => {
    socket.write(answer);
    delays.recordValue(Math.max(1, Math.round(clockNs() - arrivedNs)));
  });
  const listener = Bun.listen({
    hostname: "127.0.0.1",
    port: 0,
    socket: {
      // Requests of our clients come whole: they are far smaller than a segment.
      data(socket) {
        const arrivedNs = clockNs();
        sendWhenDue({ socket, arrivedNs, dueNs: schedule(arrivedNs) });
      },
    },
  });
  const report = joinCoordinator<DelayCommand, DelayListening | DelayReport>((command) => {
    report({ kind: "delays", delays: encodeHistogram(delays) });
    if (command !== "begin") return;
    schedule = createSchedule(behaviour, clockNs());
    delays = createHistogram();
  });
  report({ kind: "listening", port: listener.port });
}

main();
