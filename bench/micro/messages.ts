import type { FailedReport } from "../system/child-side.ts";

/** What a reader process is to do; its one argument, as JSON. */
export interface MicroOptions {
  readonly strategy: string;
  /** Whose readers; undefined for those of this checkout. */
  readonly checkout?: string;
  /** Warm-up and measured time at each point of the grid. */
  readonly budgetMs: number;
}

/** Measure the point of the grid at this index. */
export interface MicroCommand {
  readonly point: number;
}

export type MicroReport =
  /** It has been over the whole grid once. */
  | { readonly kind: "warm" }
  /** Nanoseconds per response, in the order of time. */
  | { readonly kind: "samples"; readonly samplesNs: readonly number[] }
  | FailedReport;
