import type { Output } from "./io.ts";
import type { Heat } from "./plan.ts";
import { plural } from "./units.ts";

const eraseLine = "\r\x1b[2K";

/** One line that is written over, on a terminal; silent elsewhere. */
export interface Progress {
  /** A replicate of a heat begins. */
  readonly step: (heat: Heat) => void;
  readonly done: () => void;
}

/** The time left is what the steps so far took, for those that are to come. */
export function createProgress(
  err: Output,
  totalSteps: number,
  nowMs = () => performance.now(),
): Progress {
  if (!err.isTty) return { step: () => {}, done: () => {} };
  const beganMs = nowMs();
  let steps = 0;
  return {
    step({ fixture, connections }) {
      const elapsedMs = nowMs() - beganMs;
      const left =
        steps === 0
          ? ""
          : `, ${Math.ceil(((elapsedMs / steps) * (totalSteps - steps)) / 1000)} s left`;
      steps++;
      err.write(
        `${eraseLine}[${steps}/${totalSteps}] ${fixture}, ${plural(connections, "connection")}${left}`,
      );
    },
    done() {
      err.write(eraseLine);
    },
  };
}
