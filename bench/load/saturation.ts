import { partWithin } from "./part-within.ts";

/** A stretch in which no lane was ever free. */
export interface SaturatedStretch {
  /** Answers and parts of answers. */
  readonly answers: number;
  readonly windowNs: number;
  readonly cpuNs: number;
}

/**
 * What an open loop gets answered while there are more requests due than lanes for them. Lanes are then
 * busy one request after the other, as in a closed loop, and as there an answer whose request lies across an
 * edge counts by the part of its time that lies within: with ten connections and answers after 100 ms half
 * a second of 99/s would else be 80, and with random delays the last round takes as long as its slowest.
 */
export class Saturation {
  private readonly endNs: number;
  private readonly cpuNs: () => number;
  private beganNs: number | undefined;
  private beganCpuNs = 0;
  private endCpuNs: number | undefined;
  private answers = 0;

  /** Of a window that ends at `endNs`. */
  constructor(endNs: number, cpuNs: () => number) {
    this.endNs = endNs;
    this.cpuNs = cpuNs;
  }

  /** Lanes have been given what was due: whether one is left. */
  dispatched(someAreFree: boolean, nowNs: number): void {
    if (someAreFree) this.beganNs = undefined;
    else if (this.beganNs === undefined) {
      this.beganNs = nowNs;
      this.beganCpuNs = this.cpuNs();
      this.answers = 0;
    }
  }

  /** The window is over; what is under way is still to be answered. */
  over(): void {
    this.endCpuNs = this.cpuNs();
  }

  /** An answer to a request that was sent at `sentNs`. */
  answered(sentNs: number, nowNs: number): void {
    if (this.beganNs === undefined) return;
    this.answers += partWithin(sentNs, nowNs, this.beganNs, this.endNs);
  }

  /** The time up to the end of the window, if no lane was free in most of it. */
  stretch(startNs: number): SaturatedStretch | undefined {
    const { beganNs, endNs, endCpuNs, answers } = this;
    if (beganNs === undefined || endCpuNs === undefined || answers === 0) return undefined;
    if (beganNs - startNs > (endNs - startNs) / 2) return undefined;
    return { answers, windowNs: endNs - beganNs, cpuNs: endCpuNs - this.beganCpuNs };
  }
}
