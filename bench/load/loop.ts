import type { Lane } from "./lane.ts";
import type { SliceSample } from "./sample.ts";

/** Decides when which lane sends; a driver runs one from its beginning until it is done. */
export interface Loop {
  begin(lanes: readonly Lane[], nowNs: number): void;
  /** The request on `lane` has a good answer; the lane can send again, at once. */
  answered(lane: Lane, nowNs: number): void;
  /** The request on `lane` has failed; the lane is free after a backoff. */
  failed(lane: Lane, nowNs: number): void;
  /** `lane` can send. */
  free(lane: Lane, nowNs: number): void;
  /** Called every so often, for load that has stalled. */
  tick(nowNs: number): void;
  /** Ends now: what is under way stays unfinished. */
  stop(nowNs: number): void;
  readonly done: boolean;
  sample(nowNs: number): SliceSample;
}
