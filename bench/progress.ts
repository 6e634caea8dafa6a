import type { Output } from "./io.ts";
import type { Heat } from "./plan.ts";
import { plural } from "./units.ts";

const eraseLine = "\r\x1b[2K";

/** One line that is written over, on a terminal; elsewhere silent, or a line for each step of a minute. */
export interface Progress {
  /** A replicate of a heat begins. */
  readonly step: (heat: Heat) => void;
  readonly done: () => void;
}

/** The time left is what the steps so far took, for those that are to come. */
export function createProgress(
  err: Output,
  totalSteps: number,
  { nowMs = () => performance.now(), stepsAreLong = false } = {},
): Progress {
  if (!err.isTty && !stepsAreLong) return { step: () => {}, done: () => {} };
  const [begin, end] = err.isTty ? [eraseLine, ""] : ["", "\n"];
  const beganMs = nowMs();
  let steps = 0;
  return {
    step({ fixture, connections, rivals }) {
      const elapsedMs = nowMs() - beganMs;
      const left =
        steps === 0
          ? ""
          : `, ${Math.ceil(((elapsedMs / steps) * (totalSteps - steps)) / 1000)} s left`;
      steps++;
      const [only, ...others] = rivals;
      const who = only !== undefined && others.length === 0 ? `${only.strategy}, ` : "";
      const heat = `${who}${fixture}, ${plural(connections, "connection")}`;
      err.write(`${begin}[${steps}/${totalSteps}] ${heat}${left}${end}`);
    },
    done() {
      err.write(begin);
    },
  };
}
