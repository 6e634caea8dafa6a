import type { Lane } from "./lane.ts";
import type { Loop } from "./loop.ts";
import type { SliceSample } from "./sample.ts";
import type { Slice } from "./slice.ts";

/** Every lane sends its next request as soon as it has the answer to its last. */
export class ClosedLoop implements Loop {
  private readonly slice: Slice;
  /** Lanes whose first request has not ended yet. */
  private readonly unheard = new Set<Lane>();
  private lanes: readonly Lane[] = [];

  constructor(slice: Slice) {
    this.slice = slice;
  }

  get done(): boolean {
    return this.slice.done;
  }

  begin(lanes: readonly Lane[], nowNs: number): void {
    this.lanes = lanes;
    for (const lane of lanes) this.unheard.add(lane);
    for (const lane of lanes) this.free(lane, nowNs);
  }

  answered(lane: Lane, nowNs: number): void {
    if (lane.counted && this.slice.renew(nowNs)) {
      lane.resend(nowNs);
      return;
    }
    this.hear(lane, nowNs);
    this.slice.ended(lane.counted, true, lane.startNs, nowNs, lane.admittedNs);
    this.free(lane, nowNs);
  }

  failed(lane: Lane, nowNs: number): void {
    this.hear(lane, nowNs);
    this.slice.endedInFailure(lane.counted, lane.startNs, nowNs);
  }

  private hear(lane: Lane, nowNs: number): void {
    if (this.unheard.delete(lane)) this.slice.heard(nowNs);
  }

  free(lane: Lane, nowNs: number): void {
    const admission = this.slice.admit(nowNs);
    if (admission !== "stop") lane.send(admission === "counted", nowNs);
  }

  tick(nowNs: number): void {
    this.slice.tick(nowNs);
  }

  stop(nowNs: number): void {
    const underWay = this.lanes.filter(({ busy }) => busy);
    this.slice.stop(
      nowNs,
      underWay.map(({ startNs }) => startNs),
    );
  }

  sample(nowNs: number): SliceSample {
    return this.slice.sample(nowNs);
  }
}
