import type { Output } from "./io.ts";
import type { Heat } from "./plan.ts";
import { plural } from "./units.ts";

const eraseLine = "\r\x1b[2K";

/** One line that is written over, on a terminal; elsewhere silent, or a line for each step of a minute. */
export interface Progress {
  /** What is named begins. */
  readonly step: (name: string) => void;
  readonly done: () => void;
}

/**
 * The time left is what the steps so far took, for those that are to come: where nobody knows how many those
 * are, nothing is said of it.
 */
export function createProgress(
  err: Output,
  totalSteps: number | undefined,
  { nowMs = () => performance.now(), stepsAreLong = false } = {},
): Progress {
  if (!err.isTty && !stepsAreLong) return { step: () => {}, done: () => {} };
  const [begin, end] = err.isTty ? [eraseLine, ""] : ["", "\n"];
  const beganMs = nowMs();
  let steps = 0;
  return {
    step(name) {
      if (totalSteps === undefined) {
        err.write(`${begin}[${++steps}] ${name}${end}`);
        return;
      }
      const leftMs = ((nowMs() - beganMs) / steps) * (totalSteps - steps);
      const left = steps === 0 ? "" : `, ${Math.ceil(leftMs / 1000)} s left`;
      err.write(`${begin}[${++steps}/${totalSteps}] ${name}${left}${end}`);
    },
    done() {
      err.write(begin);
    },
  };
}

/** "hello, 64 connections", with the strategy where only one races. */
export function heatName({ fixture, connections, rivals }: Heat): string {
  const [only, ...others] = rivals;
  const who = only !== undefined && others.length === 0 ? `${only.strategy}, ` : "";
  return `${who}${fixture}, ${plural(connections, "connection")}`;
}
