import type { ReadError } from "../../src/errors.ts";
import { authorityOf } from "../../src/http1/request.ts";
import type { Answer } from "../../src/strategies/strategy.ts";
import { hasBody, whyWrong, whyWrongBody } from "./answer-check.ts";
import type { Client } from "./clients.ts";
import { clockNs } from "./clock.ts";
import { ClosedLoop } from "./closed-loop.ts";
import { Lane, type LaneOwner } from "./lane.ts";
import type { Loop } from "./loop.ts";
import { watchLoopDelay } from "./loop-delay.ts";
import {
  besideNsOf,
  type ClosedLength,
  type ExpectedAnswer,
  type GeneratorOptions,
  type SliceLength,
  type WarmUpPhase,
} from "./messages.ts";
import { OpenLoop } from "./open-loop.ts";
import { noPace, type Pace } from "./pace.ts";
import { Recorder } from "./recorder.ts";
import type { SliceSample } from "./sample.ts";
import { shareConnection } from "./shared-connection.ts";
import { giveUpAfterNs } from "./silence.ts";
import { Slice } from "./slice.ts";
import { runWarmUp, type WarmUpSubject } from "./warm-up.ts";

/**
 * A slice settles for so many of its longest answers. After one there are too many of them, since all
 * began together, after two too few again; a window that opens at random averages what is left.
 */
const settleFactor = 1.5;
/** How often timeouts and stalled slices are looked for. */
const sweepMs = 50;
/** A lane that has failed n times in a row waits 2^n ms, at most this long, before it tries again. */
const maxBackoffMs = 1000;

/** Runs one loop after the other over its lanes, checks every answer, and records. */
export class Driver implements LaneOwner, WarmUpSubject {
  private readonly expected: ExpectedAnswer;
  readonly recorder: Recorder;
  private loop: Loop | undefined;
  private isOpenLoop = false;
  /** When the last good answer of this slice came, or it began, and how many requests have failed since. */
  private lastGoodNs = 0;
  private failedSinceGood = 0;
  /** Between two good answers, since the loop's delay was last looked at. */
  private longestGapNs = 0;
  private lastLookNs = 0;
  private readonly lanes: readonly Lane[];
  private readonly patienceNs: number;
  private warmingUp = false;
  /** By which slices settle: of the warm-up before. */
  private pace = noPace;
  cutShort = false;
  private sliceDone: PromiseWithResolvers<SliceSample> | undefined;

  constructor(client: Client, options: GeneratorOptions) {
    this.expected = options.expected;
    this.recorder = new Recorder(options.expected);
    const { endpoint, requestTarget, reading, timeouts, connections, pipeline } = options;
    this.patienceNs = (timeouts.connectMs + timeouts.wholeMs + 1000) * 1e6;
    const request = client.encodeRequest({
      method: "GET",
      host: authorityOf(endpoint),
      target: requestTarget,
      close: reading === "eof",
    });
    this.lanes = Array.from({ length: connections }, () => {
      const own = pipeline > 1 ? shareConnection(client) : client;
      const laneOptions = { client: own, endpoint, request, reading, timeouts };
      return Array.from({ length: pipeline }, () => new Lane(this, laneOptions));
    }).flat();
  }

  /**
   * Opens the connections, checks a body on each, and runs `phases` unmeasured; returns the pace of the
   * last slice.
   */
  async warmUp(phases: readonly WarmUpPhase[]): Promise<Pace> {
    this.warmingUp = true;
    this.cutShort = false;
    await runWarmUp(phases, this);
    this.warmingUp = false;
    return this.pace;
  }

  paced(pace: Pace): void {
    this.pace = pace;
  }

  async runSlice(length: SliceLength): Promise<SliceSample> {
    this.sliceDone = Promise.withResolvers<SliceSample>();
    const nowNs = clockNs();
    this.isOpenLoop = length.kind === "open";
    this.loop =
      length.kind === "open"
        ? new OpenLoop(length, nowNs, (ns) => this.recorder.recordLateness(ns))
        : new ClosedLoop(this.sliceOf(length, nowNs));
    this.failedSinceGood = 0;
    const sweep = setInterval(() => this.sweep(), sweepMs);
    const stopClock = watchLoopDelay((lateNs, atNs) => {
      // A loop that has just had an answer is busy, and does not stand still.
      // The first answer after a standstill may come before the timer that was due in it.
      const gapNs = Math.max(this.longestGapNs, atNs - this.lastGoodNs);
      this.recorder.recordLoopDelay(Math.min(lateNs, gapNs));
      this.longestGapNs = 0;
      this.lastLookNs = atNs;
    });
    this.loop.begin(this.lanes, nowNs);
    // Ten thousand writes take a tenth of a second, and are no standing still either.
    this.lastGoodNs = clockNs();
    this.longestGapNs = 0;
    const sample = await this.sliceDone.promise;
    clearInterval(sweep);
    stopClock();
    return sample;
  }

  /** Cuts short what is under way; connections that wait for an answer are closed. */
  stop(): void {
    this.cutShort = true;
    const nowNs = clockNs();
    this.loop?.stop(nowNs);
    for (const lane of this.lanes) if (lane.busy) lane.close();
    this.settle(nowNs);
  }

  /** Closes the connections and returns what was recorded. */
  finish() {
    for (const lane of this.lanes) lane.close();
    return this.recorder.report();
  }

  connected(connectNs: number, again: boolean): void {
    this.recorder.recordConnect(connectNs);
    if (again) this.recorder.recordReopened();
  }

  answered(lane: Lane, answer: Answer, nowNs: number): void {
    // The sweep looks only every so often: an answer that comes late before it does is none, too.
    const wrong = this.check(lane, answer) ?? lane.overdue(nowNs);
    if (wrong !== undefined) {
      // A wrong answer that is whole leaves its connection as good as it was.
      lane.failuresInRow++;
      this.failed(lane, wrong, nowNs);
      return;
    }
    if (lane.counted) {
      const { startNs, firstByteNs, chunks } = lane;
      this.recorder.recordAnswer(nowNs - startNs, firstByteNs - startNs, chunks);
      if (this.isOpenLoop) this.recorder.recordResponse(nowNs - lane.dueNs);
    }
    lane.failuresInRow = 0;
    const gapNs = nowNs - Math.max(this.lastGoodNs, this.lastLookNs);
    if (gapNs > this.longestGapNs) this.longestGapNs = gapNs;
    this.lastGoodNs = nowNs;
    this.failedSinceGood = 0;
    this.loop?.answered(lane, nowNs);
    // While lanes go on, the loop is not done.
    if (!lane.busy) this.settle(nowNs);
  }

  failed(lane: Lane, error: Error, nowNs: number): void {
    this.recorder.recordError(error, lane.counted && !this.warmingUp);
    this.failedSinceGood++;
    const { loop } = this;
    loop?.failed(lane, nowNs);
    const backoffMs = Math.min(maxBackoffMs, 2 ** Math.min(lane.failuresInRow, 10));
    setTimeout(() => this.release(lane, loop), backoffMs);
    this.settle(nowNs);
  }

  private sliceOf(length: ClosedLength, nowNs: number): Slice {
    const settleNs = settleFactor * Math.max(this.pace.longNs, besideNsOf(length));
    return new Slice(length, this.lanes.length, settleNs, this.patienceNs, nowNs);
  }

  /** Lets the loop in which a lane has failed use it again; another has had it from its beginning. */
  private release(lane: Lane, loop: Loop | undefined): void {
    if (loop === undefined || loop !== this.loop || lane.busy) return;
    const nowNs = clockNs();
    loop.free(lane, nowNs);
    this.settle(nowNs);
  }

  private settle(nowNs: number): void {
    if (!this.loop?.done) return;
    const sample = this.loop.sample(nowNs);
    this.loop = undefined;
    this.sliceDone?.resolve(this.isGivenUp(nowNs) ? { ...sample, gaveUp: true } : sample);
  }

  /** Every lane has failed more than twice, too. */
  private isGivenUp(nowNs: number): boolean {
    const isFailing = this.failedSinceGood > 2 * this.lanes.length;
    return isFailing && nowNs - this.lastGoodNs > giveUpAfterNs;
  }

  private sweep(): void {
    const nowNs = clockNs();
    for (const lane of this.lanes) lane.expire(nowNs);
    this.loop?.tick(nowNs);
    if (this.isGivenUp(nowNs)) this.stop();
    this.settle(nowNs);
  }

  /** Length and status always; the hash where the lane has kept the body. */
  private check(lane: Lane, answer: Answer): ReadError | undefined {
    const wrong = whyWrong(answer, this.expected);
    if (wrong?.kind === "wrong-status" && lane.counted) {
      this.recorder.recordWrongStatus(answer.status);
    }
    if (wrong !== undefined || !lane.keepBody) return wrong;
    lane.keepBody = false;
    if (!hasBody(answer)) return undefined;
    const wrongBody = whyWrongBody(answer, this.expected);
    if (wrongBody === undefined) this.recorder.recordVerifiedBody();
    return wrongBody;
  }
}
