import { seededRandom } from "../stats/random.ts";

/** A stretch of time at one rate: requests per second, over all workers and connections. */
export interface Stage {
  readonly durationMs: number;
  readonly rate: number;
}

export const arrivalKinds = ["constant", "poisson"] as const;
export type ArrivalKind = (typeof arrivalKinds)[number];

/** When requests are due, as a plan. */
export interface ArrivalPlan {
  readonly kind: ArrivalKind;
  readonly stages: readonly Stage[];
  readonly seed: number;
  /** When the first of constant arrivals is due, in intervals between two of them; 0 without. */
  readonly phase?: number;
}

/** A capacity of n requests, as a product of fractions, may come out so much larger than n. */
export const capacityTolerance = 1e-6;

/** The part of a plan that falls to one of several workers. */
export interface Share {
  readonly index: number;
  readonly of: number;
}

/**
 * The due instants of a plan, one after the other, in nanoseconds from its start: pure, no clock.
 *
 * Requests are counted in "operational time" u, in which one is due per unit: at u = 0, 1, 2, … for
 * constant arrivals (later by the plan's phase), after exponential gaps of mean 1 for Poisson arrivals.
 * The stages map u to real time (Lewis and Shedler 1979, the inversion of the cumulative rate). Of
 * several workers, with constant arrivals, each takes every nth request; with Poisson arrivals each has
 * a process of its own at its share of the rate, whose sum is again Poisson.
 */
export class Pacer {
  /** When the next request is due; infinite when the plan is over. */
  dueNs = 0;
  private readonly plan: ArrivalPlan;
  private readonly of: number;
  private readonly random: () => number;
  private operational: number;
  private stage = 0;
  /** Operational and real time at which the current stage begins. */
  private stageStart = 0;
  private stageStartNs = 0;

  constructor(plan: ArrivalPlan, share: Share) {
    this.plan = plan;
    this.of = share.of;
    this.random = seededRandom(plan.seed * 1009 + share.index);
    this.operational = plan.kind === "constant" ? share.index + (plan.phase ?? 0) : this.gap();
    this.locate();
  }

  /** Moves on to the next due instant. */
  advance(): void {
    this.operational += this.gap();
    this.locate();
  }

  /** Counts and passes over what is due before `endNs`. */
  skipUntil(endNs: number): number {
    let skipped = 0;
    for (; this.dueNs < endNs; this.advance()) skipped++;
    return skipped;
  }

  private gap(): number {
    return this.plan.kind === "constant" ? this.of : -Math.log(1 - this.random()) * this.of;
  }

  private locate(): void {
    const { stages } = this.plan;
    for (; ; this.stage++) {
      const stage = stages[this.stage];
      if (stage === undefined) {
        this.dueNs = Number.POSITIVE_INFINITY;
        return;
      }
      const within = this.operational - this.stageStart;
      const capacity = (stage.rate * stage.durationMs) / 1000;
      if (within < capacity - capacityTolerance) {
        this.dueNs = this.stageStartNs + (within / stage.rate) * 1e9;
        return;
      }
      this.stageStart += capacity;
      this.stageStartNs += stage.durationMs * 1e6;
    }
  }
}

/** How long a plan lasts, in milliseconds. */
export function planDurationMs({ stages }: Pick<ArrivalPlan, "stages">): number {
  return stages.reduce((sum, { durationMs }) => sum + durationMs, 0);
}

/**
 * The least time, of `leastMs` or more, that a whole number of constant arrivals fills: the first is due at
 * once, and each stands for the time to the next. Within a part of that one would be counted as if it were
 * whole, 5/s in 200 ms at 1/s.
 */
export function wholeIntervalsMs(leastMs: number, rate: number): number {
  return (Math.max(1, Math.ceil((leastMs * rate) / 1000 - capacityTolerance)) * 1000) / rate;
}
