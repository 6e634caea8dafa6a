/** A stretch in which no lane was ever free. */
export interface SaturatedStretch {
  readonly answers: number;
  readonly windowNs: number;
  readonly cpuNs: number;
}

interface Mark {
  readonly ns: number;
  readonly cpuNs: number;
}

/**
 * What an open loop gets answered while there are more requests due than lanes for them. Lanes are then
 * busy one request after the other, as in a closed loop, and as there the time is that of whole rounds
 * of answers: one that is cut has answers that one of its edges sees and the other does not, so that
 * with ten connections and answers after 100 ms half a second of 99/s would be 80.
 */
export class Saturation {
  private readonly lanes: number;
  private readonly cpuNs: () => number;
  private began: Mark | undefined;
  private answers = 0;
  private inTime = 0;
  private rounds = 0;
  private roundEnded: Mark | undefined;

  constructor(lanes: number, cpuNs: () => number) {
    this.lanes = lanes;
    this.cpuNs = cpuNs;
  }

  /** Lanes have been given what was due: whether one is left. */
  dispatched(someAreFree: boolean, nowNs: number): void {
    if (someAreFree) this.began = undefined;
    else if (this.began === undefined) {
      this.began = { ns: nowNs, cpuNs: this.cpuNs() };
      this.answers = 0;
      this.inTime = 0;
      this.rounds = 0;
      this.roundEnded = undefined;
    }
  }

  /** `inTime` is before the end of the window; after it nothing more is sent, and one round must do. */
  answered(nowNs: number, inTime: boolean): void {
    if (inTime) this.inTime++;
    if (this.began === undefined || (!inTime && this.rounds > 0)) return;
    this.answers++;
    if (this.answers % this.lanes !== 0) return;
    this.rounds++;
    this.roundEnded = { ns: nowNs, cpuNs: this.cpuNs() };
  }

  /**
   * The whole rounds up to the end of a window, if no lane was free in most of it; not where the server then
   * stood still, and the window has no room for as many.
   */
  stretch(startNs: number, endNs: number): SaturatedStretch | undefined {
    const { began, roundEnded } = this;
    if (began === undefined || roundEnded === undefined) return undefined;
    if (began.ns - startNs > (endNs - startNs) / 2) return undefined;
    const answers = this.rounds * this.lanes;
    const windowNs = roundEnded.ns - began.ns;
    const most = (this.inTime + this.lanes) / (endNs - began.ns);
    if (answers / windowNs > most) return undefined;
    return { answers, windowNs, cpuNs: roundEnded.cpuNs - began.cpuNs };
  }
}
