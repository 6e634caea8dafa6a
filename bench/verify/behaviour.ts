/** How a delay server answers; each is known exactly, so that what a client must see is known too. */
export type Behaviour =
  /** Every answer after `ms`. */
  | { readonly kind: "constant"; readonly ms: number }
  /** One answer in `every` after `ms`, the others at once. */
  | { readonly kind: "rare"; readonly every: number; readonly ms: number }
  /** Delays spread evenly over a range, in an order that looks random. */
  | { readonly kind: "uniform"; readonly fromMs: number; readonly toMs: number }
  /** At once, but for `stallMs` in the midst of every `periodMs`: what comes then is answered at its end. */
  | { readonly kind: "stalling"; readonly periodMs: number; readonly stallMs: number }
  /** One at a time, each taking exactly `serviceMs`: a capacity of 1000 / serviceMs a second. */
  | { readonly kind: "queue"; readonly serviceMs: number };

/** What the server has measured of itself: from a request's arrival to the write of its answer. */
export interface DelayReport {
  readonly kind: "delays";
  /** HdrHistogram of nanoseconds, as base64. */
  readonly delays: string;
}

export interface DelayListening {
  readonly kind: "listening";
  readonly port: number;
}

/**
 * Until it is told to begin, a delay server answers at once; each time that it is, its schedule and its
 * record begin anew. Both commands answer with a report.
 */
export type DelayCommand = "begin" | "delays";

/** When a request that arrives at `nowNs` is answered, in nanoseconds of the same clock. Pure but for its counters. */
export function createSchedule(behaviour: Behaviour, startNs: number): (nowNs: number) => number {
  let count = 0;
  let freeNs = startNs;
  switch (behaviour.kind) {
    case "constant":
      return (nowNs) => nowNs + behaviour.ms * 1e6;
    case "rare":
      return (nowNs) => (count++ % behaviour.every === 0 ? nowNs + behaviour.ms * 1e6 : nowNs);
    case "uniform": {
      const { fromMs, toMs } = behaviour;
      // Multiples of the golden ratio fill [0, 1) more evenly than random numbers (Weyl 1916).
      const golden = (Math.sqrt(5) - 1) / 2;
      return (nowNs) => nowNs + (fromMs + ((count++ * golden) % 1) * (toMs - fromMs)) * 1e6;
    }
    case "stalling": {
      const { periodMs, stallMs } = behaviour;
      return (nowNs) => {
        const phaseMs = ((nowNs - startNs) / 1e6) % periodMs;
        const stallEndMs = (periodMs + stallMs) / 2;
        const stalled = phaseMs >= stallEndMs - stallMs && phaseMs < stallEndMs;
        return stalled ? nowNs + (stallEndMs - phaseMs) * 1e6 : nowNs;
      };
    }
    case "queue":
      return (nowNs) => {
        freeNs = Math.max(freeNs, nowNs) + behaviour.serviceMs * 1e6;
        return freeNs;
      };
  }
}
