import { Backlog, fallsBehindBy } from "./backlog.ts";
import { clockNs } from "./clock.ts";
import { processCpuNs } from "./cpu.ts";
import type { Lane } from "./lane.ts";
import type { Loop } from "./loop.ts";
import type { OpenLength } from "./messages.ts";
import { Pacer, planDurationMs, type Stage } from "./pacer.ts";
import type { SliceSample } from "./sample.ts";
import { Saturation } from "./saturation.ts";

/**
 * A timer cannot be trusted to fire before about 1.05 ms, nor exactly after: the last stretch before
 * a due instant is spent turning over the event loop.
 */
const spinNs = 2.5e6;

/**
 * Where more than this share was never sent, lanes were full for long, and all that they hold at the end is a
 * backlog; of fewer, as bursts leave, it is what is always under way.
 */
const manyUnsent = 0.1;

/**
 * Requests are sent when they are due, whatever became of those before. One that finds no lane free
 * waits, and its response time counts from its due instant all the same. What waits is not stored:
 * the pacer's next request is the one that has waited longest.
 */
export class OpenLoop implements Loop {
  private readonly pacer: Pacer;
  private durationNs: number;
  private readonly onLate: (latenessNs: number) => void;
  private readonly readClockNs: () => number;
  private readonly startNs: number;
  private readonly startCpuNs = processCpuNs();
  /** Free lanes, the longest free one first. */
  private readonly idle: Lane[] = [];
  private readonly saturation: Saturation;
  /** Of each stage, in their order. */
  private readonly backlogs: readonly { readonly startNs: number; readonly backlog: Backlog }[];
  private answeredInTime = 0;
  private windowCpuNs = 0;
  private over = false;
  private stopped = false;
  private spinning = false;
  private issued = 0;
  private ok = 0;
  private failures = 0;
  private unsent = 0;

  constructor(
    length: OpenLength,
    nowNs: number,
    onLate: (latenessNs: number) => void,
    readClockNs = clockNs,
  ) {
    this.pacer = new Pacer(length.plan, length.share);
    this.durationNs = planDurationMs(length.plan) * 1e6;
    this.backlogs = backlogsOf(length.plan.stages);
    this.startNs = nowNs;
    this.saturation = new Saturation(nowNs + this.durationNs, processCpuNs);
    this.onLate = onLate;
    this.readClockNs = readClockNs;
  }

  get done(): boolean {
    return this.stopped || (this.over && this.ok + this.failures === this.issued);
  }

  begin(lanes: readonly Lane[], nowNs: number): void {
    for (const lane of lanes) this.free(lane, nowNs);
  }

  answered(lane: Lane, nowNs: number): void {
    this.ok++;
    const inTime = nowNs - this.startNs <= this.durationNs;
    if (inTime) this.answeredInTime++;
    this.answeredInStage(lane.dueNs - this.startNs, nowNs - lane.dueNs);
    this.saturation.answered(lane.startNs, nowNs);
    this.free(lane, nowNs);
  }

  failed(): void {
    this.failures++;
  }

  free(lane: Lane, nowNs: number): void {
    lane.idleSinceNs = nowNs;
    this.idle.push(lane);
    this.dispatch(nowNs);
    this.awaitNext(nowNs);
  }

  /** After a stall there may be requests that are due, and lanes for them: they are sent, late as they are. */
  tick(nowNs: number): void {
    if (!this.over && nowNs - this.startNs >= this.durationNs) this.dispatch(nowNs);
  }

  stop(nowNs: number): void {
    this.durationNs = Math.min(this.durationNs, nowNs - this.startNs);
    this.finish();
    this.stopped = true;
  }

  sample(nowNs: number): SliceSample {
    const { issued, ok, failures: failed } = this;
    return {
      ...this.measured(),
      requests: { issued, ok, failed, unfinished: issued - ok - failed },
      unsent: this.unsent,
      ended: ok + failed,
      wholeNs: nowNs - this.startNs,
    };
  }

  /**
   * - Where the server has kept up: all answers, also those that came after the end, over the whole time.
   * - One rate, and every lane was busy from some instant on: the answers since then, unless the rate
   *   over the whole window is higher.
   * - One rate, and a backlog grew: the answers from when the first was to come.
   * - Stages, and a backlog grew or a tenth was left unsent: the answers that came in time, over all of it.
   */
  private measured(): Pick<SliceSample, "windowNs" | "completed" | "cpuNs"> {
    const { startNs, durationNs, unsent } = this;
    const [first, ...others] = this.backlogs;
    const isSteady = others.length === 0;
    const fellBehind = isSteady && unsent > 0;
    const full = fellBehind ? this.saturation.stretch(startNs) : undefined;
    const inTime = this.answeredInTime / durationNs;
    if (full !== undefined && full.answers / full.windowNs >= (1 - fallsBehindBy) * inTime) {
      return { windowNs: full.windowNs, completed: full.answers, cpuNs: full.cpuNs };
    }
    const isFull = full === undefined && unsent > manyUnsent * (this.issued + unsent);
    const grew = isFull || this.backlogs.some(({ backlog }) => backlog.grows);
    const whole = { answers: grew ? this.answeredInTime : this.ok, windowNs: durationNs };
    const { answers, windowNs } = (isSteady ? first?.backlog.stretch() : undefined) ?? whole;
    const cpuNs = (this.windowCpuNs * windowNs) / durationNs;
    return { windowNs, completed: answers, cpuNs };
  }

  private answeredInStage(dueNs: number, responseNs: number): void {
    const stage = this.backlogs.findLast(({ startNs }) => dueNs >= startNs);
    stage?.backlog.answered(dueNs - stage.startNs, responseNs);
  }

  /** Sends everything that is due, as far as there are lanes, each at its own reading of the clock. */
  private dispatch(firstNs: number): void {
    let nowNs = firstNs;
    while (!this.over && this.idle.length > 0 && this.pacer.dueNs <= nowNs - this.startNs) {
      const lane = this.idle.shift() as Lane;
      const dueNs = this.startNs + this.pacer.dueNs;
      this.pacer.advance();
      this.issued++;
      // Late is what the loop was, not what the wait for a lane was.
      this.onLate(nowNs - Math.max(dueNs, lane.idleSinceNs));
      lane.sendDue(dueNs, nowNs);
      nowNs = this.readClockNs();
    }
    if (nowNs - this.startNs >= this.durationNs) this.finish();
    if (!this.over) this.saturation.dispatched(this.idle.length > 0, nowNs);
  }

  /** Makes sure that somebody looks again when the next request is due. */
  private awaitNext(nowNs: number): void {
    if (this.spinning || this.over || this.idle.length === 0) return;
    this.spinning = true;
    const again = () => {
      this.spinning = false;
      const laterNs = this.readClockNs();
      this.dispatch(laterNs);
      this.awaitNext(laterNs);
    };
    const endNs = this.startNs + Math.min(this.pacer.dueNs, this.durationNs);
    const waitNs = endNs - nowNs;
    if (waitNs > spinNs) setTimeout(again, (waitNs - spinNs) / 1e6);
    else setImmediate(again);
  }

  private finish(): void {
    if (this.over) return;
    this.over = true;
    this.windowCpuNs = processCpuNs() - this.startCpuNs;
    this.saturation.over();
    this.unsent = this.pacer.skipUntil(this.durationNs);
  }
}

function backlogsOf(stages: readonly Stage[]) {
  let startNs = 0;
  return stages.map(({ durationMs }) => {
    const own = { startNs, backlog: new Backlog(durationMs * 1e6) };
    startNs += durationMs * 1e6;
    return own;
  });
}
