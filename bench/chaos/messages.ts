import type { ErrorKind } from "../../src/errors.ts";

/** What a chaos server is to do; its one argument, as JSON. */
export interface ChaosServerOptions {
  /** The share of requests that meet a fault, 0 to 1. */
  readonly faultShare: number;
  readonly seed: number;
}

/** What a chaos server has done so far. */
export interface ChaosTally {
  readonly kind: "tally";
  /** Requests that were answered as they should be. */
  readonly good: number;
  /** How often each fault was tried, by its name. */
  readonly faults: Readonly<Record<string, number>>;
  /** The same by the error that a client must make of it. */
  readonly errors: Readonly<Partial<Record<ErrorKind, number>>>;
  /** Connections that are open now, and the most that ever were. */
  readonly open: number;
  readonly mostOpen: number;
}

export interface ChaosListening {
  readonly kind: "listening";
  readonly port: number;
}

export type ChaosCommand = "tally";
