import type { Stage } from "../load/pacer.ts";
import type { Behaviour } from "./behaviour.ts";

/** The percentiles that must agree, in percent. */
export const verifiedPercents = [50, 90, 99] as const;
export type VerifiedPercent = (typeof verifiedPercents)[number];

/** Where the expected percentiles come from. */
export type Expectation =
  /** The service time must be what the server has measured of itself. */
  | { readonly kind: "server's own delays" }
  /**
   * The response time must be what arithmetic says, in milliseconds, where an answer that is not delayed
   * takes `answerMs` at full speed.
   */
  | {
      readonly kind: "arithmetic";
      readonly responseMs: (answerMs: number) => Readonly<Record<VerifiedPercent, number>>;
      readonly because: string;
    };

/** A race of our own driver against a server whose delays are known. */
export interface VerifyCase {
  readonly name: string;
  readonly behaviour: Behaviour;
  readonly connections: number;
  readonly durationMs: number;
  /** Open loop at this schedule; closed without. */
  readonly stages?: readonly Stage[];
  readonly expectation: Expectation;
}

const queueSeconds = 4;

export const verifyCases: readonly VerifyCase[] = [
  {
    name: "constant 5 ms",
    behaviour: { kind: "constant", ms: 5 },
    connections: 10,
    durationMs: 3000,
    expectation: { kind: "server's own delays" },
  },
  {
    name: "95 % at once, 5 % after 500 ms",
    behaviour: { kind: "rare", every: 20, ms: 500 },
    connections: 10,
    durationMs: 10_000,
    expectation: { kind: "server's own delays" },
  },
  {
    name: "uniform 1 to 21 ms",
    behaviour: { kind: "uniform", fromMs: 1, toMs: 21 },
    connections: 10,
    durationMs: 5000,
    expectation: { kind: "server's own delays" },
  },
  {
    name: "open loop, 500/s, stalls 1 s in every 5 s",
    behaviour: { kind: "stalling", periodMs: 5000, stallMs: 1000 },
    connections: 64,
    durationMs: 10_000,
    stages: [{ durationMs: 10_000, rate: 500 }],
    expectation: {
      kind: "arithmetic",
      // Half and a twentieth of the 500 requests that a stall leaves are answered before these.
      responseMs: (answerMs) => ({ 50: 0, 90: 500 + 250 * answerMs, 99: 950 + 25 * answerMs }),
      because:
        "a fifth of all requests waits for what is left of 1 s: P(T > t) = 0.2 (1 - t); and then for its turn",
    },
  },
  {
    name: "open loop, 1000/s, twice the capacity",
    behaviour: { kind: "queue", serviceMs: 2 },
    connections: 10,
    durationMs: queueSeconds * 1000,
    stages: [{ durationMs: queueSeconds * 1000, rate: 1000 }],
    expectation: {
      kind: "arithmetic",
      // The k-th request (from 0) is due at k ms and answered at 2(k + 1) ms: it takes k + 2 ms.
      // In 4 s there are 2000 answers, and ten more from the connections that are then busy.
      responseMs: () => ({ 50: 1007, 90: 1811, 99: 1992 }),
      because: "the backlog grows by one request every 2 ms: response time grows linearly to 2 s",
    },
  },
];

/** How far a measured percentile may be from the expected one, in milliseconds. */
export function toleranceMs(expectedMs: number): number {
  return Math.max(0.3, expectedMs * 0.01);
}
