import type { ErrorKind } from "../../src/errors.ts";
import type { Histogram } from "./histogram.ts";
import type { MachineSample } from "./machine.ts";

/** What happened to the requests that were counted: issued = ok + failed + unfinished. */
export interface RequestCounts {
  readonly issued: number;
  readonly ok: number;
  readonly failed: number;
  /** Issued, and neither answered nor failed when the run was stopped. */
  readonly unfinished: number;
}

/** One slice of load as its generator saw it. */
export interface SliceSample {
  /** Length of the window in which load was steady. */
  readonly windowNs: number;
  /** Good answers that came within the window. */
  readonly completed: number;
  /** CPU time of the generator's process for what came within the window, user and system. */
  readonly cpuNs: number;
  /**
   * Time of the window, added up over connections, that went to requests that failed, or in which nothing was
   * under way: closed loop only.
   */
  readonly lostNs?: number;
  readonly requests: RequestCounts;
  /** Due within the slice, and never sent because no connection was free: open loop only. */
  readonly unsent?: number;
  /** All requests that ended in the slice, failures and those before and after the window included. */
  readonly ended: number;
  /** Nothing had been answered for so long that the generator ended it. */
  readonly gaveUp?: true;
  /** From the first request to the last answer, window and edges. */
  readonly wholeNs: number;
  /** CPU time of the server over the whole slice; undefined when the server is not ours. */
  readonly serverCpuNs?: number;
}

/** What a generator has recorded over all of its slices; times of counted requests only. */
export interface Recording {
  readonly serviceTime: Histogram;
  /** From the due instant; empty in a closed loop. */
  readonly responseTime: Histogram;
  /** How long after its due instant a request was sent that had a lane to go on; open loop only. */
  readonly lateness: Histogram;
  readonly firstByte: Histogram;
  readonly connect: Histogram;
  readonly bodyBytes: number;
  /** Pieces in which the responses arrived, added up. */
  readonly chunks: number;
  readonly errors: Readonly<Partial<Record<ErrorKind, number>>>;
  /** What the first error said that the client has thrown itself: a client-fault. */
  readonly clientFault?: string;
  readonly status: Readonly<Record<string, number>>;
  /** Bodies whose hash was compared with the expected one, off the timed path. */
  readonly verifiedBodies: number;
  /** Connections that took the place of lost ones, after a backoff. */
  readonly reopened: number;
  /** What went wrong outside of the windows: in the warm-up, and at the edges of slices. */
  readonly uncountedErrors: Readonly<Partial<Record<ErrorKind, number>>>;
  /** How late a timer of the generator ran. */
  readonly loopDelay: Histogram;
  /** Those delays that were standstills, added up. */
  readonly stoodStillNs: number;
  readonly memory: MemorySample;
  /** CPU time of the generator's process over all of its life. */
  readonly processCpuNs: number;
}

/** Resident memory of a generator, in bytes. */
export interface MemorySample {
  /** Before it opened its connections. */
  readonly startBytes: number;
  /** When the warm-up was over. */
  readonly warmBytes: number;
  readonly endBytes: number;
  readonly peakBytes: number;
}

/** One replicate of one cell: a fresh process, its slices in the order of time. */
export interface ReplicateSample {
  readonly slices: readonly SliceSample[];
  readonly recording: Recording;
  /** The machine while the replicate ran, all rivals of the heat. */
  readonly machine?: MachineSample;
  /** CPU time of all generators and the server meanwhile; undefined when the server is not ours. */
  readonly racingCpuNs?: number;
}

/** One replicate of a cell whose process was gone before it could tell what it had recorded. */
export interface LostReplicate {
  /** Why, in words. */
  readonly lost: string;
  /** Whether it hung, and had to be ended. */
  readonly hung: boolean;
}

/** All replicates of one cell. */
export interface CellSample {
  readonly connections: number;
  /** Requests under way on each of them at once. */
  readonly pipeline: number;
  readonly mode: "closed" | "open";
  /** In open loop, what its mean rate does not say. */
  readonly schedule?: string;
  /** Processes that generated the load together. */
  readonly workers: number;
  /** Cores that they share. */
  readonly cores: number;
  /** Kept alive, with no connecting between requests. */
  readonly keptAlive: boolean;
  readonly replicates: readonly ReplicateSample[];
  /** Why replicates of this cell broke off, if any did. */
  readonly lost: readonly string[];
  /** Whether a process of it hung, and was raced no more. */
  readonly hung: boolean;
}
