import type { ErrorKind } from "../../src/errors.ts";
import type { Reading } from "../../src/http1/response.ts";
import type { TcpEndpoint, Timeouts } from "../../src/protocol.ts";
import type { FailedReport } from "../system/child-side.ts";
import type { Pace } from "./pace.ts";
import { type ArrivalPlan, planDurationMs, type Share } from "./pacer.ts";
import type { MemorySample, SliceSample } from "./sample.ts";
import type { Counted } from "./tally.ts";
import type { TransportKind } from "./transport.ts";

/**
 * The answer that every request must get; bodies are compared by length always, by hash the first of each
 * connection, and of those that are opened again each hundredth.
 */
export interface ExpectedAnswer {
  readonly status: number;
  readonly bodyBytes: number;
  readonly sha256: string;
}

/** What a generator process is to do; its one argument, as JSON. */
export interface GeneratorOptions {
  readonly strategy: string;
  /** Whose clients; undefined for those of this checkout. */
  readonly checkout?: string;
  readonly endpoint: TcpEndpoint;
  readonly requestTarget: string;
  readonly connections: number;
  /** Requests under way on each of them at once. */
  readonly pipeline: number;
  readonly reading: Reading;
  readonly transport: TransportKind;
  readonly timeouts: Timeouts;
  readonly expected: ExpectedAnswer;
}

/** A closed loop for a stretch of time, or for an exact number of requests. */
export type ClosedLength = TimeLength | { readonly kind: "requests"; readonly count: number };

export interface TimeLength {
  readonly kind: "time";
  readonly windowMs: number;
  /**
   * Of workers that run side by side, how long the answers of the slowest take: all settle for that, have windows
   * no shorter, and go on for as long after them, so that none measures while another rests.
   */
  readonly besideMs?: number;
}

/** How long the answers of the slowest worker beside this take; 0 where there is none. */
export function besideNsOf(length: ClosedLength): number {
  return length.kind === "time" ? (length.besideMs ?? 0) * 1e6 : 0;
}

/** An open loop: a schedule, and this worker's part of it. */
export interface OpenLength {
  readonly kind: "open";
  readonly plan: ArrivalPlan;
  readonly share: Share;
}

export type SliceLength = ClosedLength | OpenLength;

/** How long a slice is meant to take; as long as its server takes where it is a count. */
export function plannedMsOf(length: SliceLength): number {
  switch (length.kind) {
    case "time":
      return length.windowMs;
    case "requests":
      return Number.POSITIVE_INFINITY;
    case "open":
      return planDurationMs(length.plan);
  }
}

/** Slices that are alike: `least`, and up to `most` while the client's code is still to be compiled. */
export interface WarmUpPhase {
  readonly slice: SliceLength;
  readonly least: number;
  readonly most: number;
}

/** A phase of one slice. */
export function once(slice: SliceLength): WarmUpPhase {
  return { slice, least: 1, most: 1 };
}

export type GeneratorCommand =
  | { readonly kind: "warm-up"; readonly phases: readonly WarmUpPhase[] }
  | { readonly kind: "slice"; readonly length: SliceLength }
  | { readonly kind: "finish" }
  /** Ends the slice or warm-up that is under way, now; it reports as if it had come to its end. */
  | { readonly kind: "stop" };

export interface WarmUpReport {
  readonly kind: "warmed-up";
  /** At the end; slices are sized by it. */
  readonly pace: Pace;
}

/** A Recording whose histograms are still to be made of what was counted. */
export interface RecordingReport {
  readonly kind: "recording";
  readonly serviceTime: readonly Counted[];
  /** Empty in a closed loop, as is lateness. */
  readonly responseTime: readonly Counted[];
  readonly lateness: readonly Counted[];
  readonly firstByte: readonly Counted[];
  readonly connect: readonly Counted[];
  readonly bodyBytes: number;
  readonly chunks: number;
  readonly errors: Partial<Record<ErrorKind, number>>;
  readonly clientFault?: string;
  readonly status: Record<string, number>;
  readonly verifiedBodies: number;
  readonly reopened: number;
  readonly uncountedErrors: Partial<Record<ErrorKind, number>>;
  readonly loopDelay: readonly Counted[];
  readonly stoodStillNs: number;
  readonly memory: MemorySample;
  readonly processCpuNs: number;
}

export type GeneratorReport =
  | { readonly kind: "ready" }
  | WarmUpReport
  | ({ readonly kind: "slice" } & SliceSample)
  | RecordingReport
  | FailedReport;
