import type { SliceSample } from "./sample.ts";

/** A server that has answered nothing for so long is gone. */
export const giveUpAfterNs = 5e9;

/**
 * How long a server has answered nothing, over the slices of all who race on it: one slice in which everything
 * fails is a stall that may pass.
 */
export class Silence {
  private silentNs = 0;

  hear({ requests, completed, ended, wholeNs, gaveUp }: SliceSample): void {
    if (gaveUp) this.silentNs = Number.POSITIVE_INFINITY;
    else if (requests.ok > 0 || completed > 0) this.silentNs = 0;
    // Where nothing was asked, nothing could be answered.
    else if (ended > 0) this.silentNs += wholeNs;
  }

  /** Nothing will be answered any more. */
  get isFinal(): boolean {
    return this.silentNs >= giveUpAfterNs;
  }
}
