import { processCpuNs } from "./cpu.ts";
import { besideNsOf, type ClosedLength } from "./messages.ts";
import { partWithin, timeWithin } from "./part-within.ts";
import type { SliceSample } from "./sample.ts";

/**
 * settling: load has begun, but nothing counts until it is steady: every connection has had an answer, and
 * those that take long have had time to gather their share of the connections.
 * measuring: the window; requests issued in it are counted.
 * trailing: load goes on, uncounted, until every counted request has its answer.
 * draining: nothing more is issued; the slice ends with the last answer.
 */
type Phase = "settling" | "measuring" | "trailing" | "draining";

/**
 * The course of one slice, as pure bookkeeping of events and clock readings. Its edges do not bias
 * the figures:
 * - Load is steady before the window opens, and stays so until the last answer that counts.
 * - An answer whose request lies across an edge completes in the window only by the part of its time that
 *   lies there. Each request then counts once over all windows that could be, so that the rate is true
 *   wherever the window begins, also of answers that come in bursts: of a server that answers ten at once
 *   windows that counted whole answers had a burst more than they should.
 * - The window lasts at least as long as the longest answer before it, and closes after a whole number of rounds
 *   (answers = k × connections), so that CPU is that of whole rounds where lanes run in lockstep.
 */
export class Slice {
  // What every answer touches comes first, and so lies together.
  /** Before this nothing can end the window; 0 where none is open, or where a count is not full yet. */
  private windowDueNs = 0;
  /** Answers that led to the next request: they add to issued, ok, endedInWindow and completed. */
  private renewed = 0;
  private phase: Phase = "settling";
  private inFlight = 0;
  private issued = 0;
  private ok = 0;
  private failed = 0;
  private endedInWindow = 0;
  /** Answers and parts of answers. */
  private completed = 0;
  /** Requests that may count at most. */
  private readonly issueLimit: number;
  private stopped = false;
  /** Answers before the window and after it. */
  private endedOutside = 0;
  /** Connections that have had no answer yet. */
  private unheard: number;
  /** The longest answer before the window. */
  private longestNs = 0;
  private readonly length: ClosedLength;
  private readonly connections: number;
  private readonly settleNs: number;
  private readonly patienceNs: number;
  private readonly cpuNs: () => number;
  private readonly beganNs: number;
  private windowStartNs = 0;
  private windowStartCpuNs = 0;
  private windowNs = 0;
  private windowCpuNs = 0;
  /** Of the window's time, over connections: spent on requests that then failed, or with nothing under way. */
  private lostNs = 0;
  /** Up to when idle connections are counted in it. */
  private idleCountedNs = 0;

  /**
   * `settleNs` is how long load takes to be steady: a slice begins with all connections in phase, and a
   * window that opened before the first of the slow answers would count too few of them.
   * `patienceNs` bounds the waits for whole rounds of answers, should none come at all: longer than
   * any request can take.
   */
  constructor(
    length: ClosedLength,
    connections: number,
    settleNs: number,
    patienceNs: number,
    nowNs: number,
    cpuNs: () => number = processCpuNs,
  ) {
    this.length = length;
    this.issueLimit = length.kind === "requests" ? length.count : Number.POSITIVE_INFINITY;
    this.settleNs = settleNs;
    this.patienceNs = patienceNs;
    this.connections = connections;
    this.unheard = connections;
    this.beganNs = nowNs;
    this.cpuNs = cpuNs;
  }

  /**
   * A counted request has a good answer, and its lane is about to send the next: whether that counts
   * without further ado. One count then stands for an end and a beginning; of nearly all answers no
   * more is asked, and the other books cost 0.5 to 0.9 % of a request of 4.4 µs.
   */
  renew(nowNs: number): boolean {
    if (nowNs >= this.windowDueNs) return false;
    this.renewed++;
    return true;
  }

  /** A lane is about to send: whether it may, and whether the request counts. */
  admit(nowNs: number): "counted" | "uncounted" | "stop" {
    if (this.phase === "draining") return "stop";
    this.countIdle(nowNs);
    this.inFlight++;
    if (this.phase !== "measuring") return "uncounted";
    if (this.issued >= this.issueLimit) return "uncounted";
    this.issued++;
    return "counted";
  }

  /** A connection's first request in this slice is about to end. */
  heard(): void {
    this.unheard--;
  }

  /** A request that was admitted, and sent at `startNs`, has ended. */
  ended(counted: boolean, good: boolean, startNs: number, nowNs: number): void {
    this.countIdle(nowNs);
    this.inFlight--;
    if (counted) {
      if (good) this.ok++;
      else this.failed++;
    }
    if (good) this.complete(startNs, nowNs);
    if (this.phase === "measuring") {
      this.endedInWindow++;
      if (nowNs < this.windowDueNs) return;
    } else {
      this.endedOutside++;
    }
    const isFull = this.phase === "measuring" && this.ok + this.failed >= this.issueLimit;
    if (isFull && this.windowDueNs === 0) this.windowDueNs = nowNs;
    if (this.phase === "settling" && this.isSettled(nowNs)) this.openWindow(nowNs);
    else if (this.phase === "measuring" && this.isWindowOver(nowNs)) this.closeWindow(nowNs);
    this.drainIfAllEnded(nowNs);
  }

  /** A request that was sent at `startNs`, counted or not, has failed: what it took of the window is lost. */
  endedInFailure(counted: boolean, startNs: number, nowNs: number): void {
    if (this.phase !== "settling") {
      this.lostNs += timeWithin(startNs, nowNs, this.windowStartNs, this.windowEndNs);
    }
    this.ended(counted, false, startNs, nowNs);
  }

  /** An answer to a request that was sent at `startNs`: as much of it as lies in the window. */
  private complete(startNs: number, nowNs: number): void {
    if (this.phase === "settling") {
      this.longestNs = Math.max(this.longestNs, nowNs - startNs);
      return;
    }
    this.completed += partWithin(startNs, nowNs, this.windowStartNs, this.windowEndNs);
  }

  /** It has none yet while it is open. */
  private get windowEndNs(): number {
    return this.phase === "measuring"
      ? Number.POSITIVE_INFINITY
      : this.windowStartNs + this.windowNs;
  }

  /**
   * Called every so often, for load that has stalled. Only patience ends anything here: between answers
   * a window that holds whole rounds by now holds a part of the next round's time as well.
   */
  tick(nowNs: number): void {
    if (this.phase === "settling" && nowNs - this.beganNs > this.patienceNs) this.openWindow(nowNs);
    else if (this.phase === "measuring" && this.isOutOfPatience(nowNs)) this.closeWindow(nowNs);
    this.drainIfAllEnded(nowNs);
  }

  get done(): boolean {
    return this.stopped || (this.phase === "draining" && this.inFlight === 0);
  }

  /**
   * Ends now: a window that is open closes, and what is under way, sent at `startsNs`, stays unfinished. What
   * part of it would have come in the window nobody knows: its time is taken from the window.
   */
  stop(nowNs: number, startsNs: readonly number[]): void {
    if (this.phase === "measuring") this.closeWindow(nowNs);
    this.stopped = true;
    if (this.windowNs === 0) return;
    const { windowStartNs, windowEndNs } = this;
    const unknownNs = startsNs.reduce(
      (sum, startNs) => sum + timeWithin(startNs, nowNs, windowStartNs, windowEndNs),
      0,
    );
    const known = Math.max(0, 1 - unknownNs / this.connections / this.windowNs);
    this.windowNs *= known;
    this.windowCpuNs *= known;
    this.lostNs *= known;
  }

  sample(nowNs: number): SliceSample {
    const { failed, renewed } = this;
    const issued = this.issued + renewed;
    const ok = this.ok + renewed;
    return {
      windowNs: this.windowNs,
      completed: this.completed + renewed,
      cpuNs: this.windowCpuNs,
      lostNs: this.lostNs,
      requests: { issued, ok, failed, unfinished: issued - ok - failed },
      ended: this.endedInWindow + renewed + this.endedOutside,
      wholeNs: nowNs - this.beganNs,
    };
  }

  private isSettled(nowNs: number): boolean {
    return this.unheard <= 0 && nowNs - this.beganNs >= this.settleNs;
  }

  /** When a request has ended: whether the time is over, or the count full, and a round is whole. */
  private isWindowOver(nowNs: number): boolean {
    if (this.windowDueNs === 0 || nowNs < this.windowDueNs) return false;
    const ended = this.endedInWindow + this.renewed;
    return ended % this.connections === 0 || this.isOutOfPatience(nowNs);
  }

  private isOutOfPatience(nowNs: number): boolean {
    return this.windowDueNs > 0 && nowNs - this.windowDueNs > this.patienceNs;
  }

  private drainIfAllEnded(nowNs: number): void {
    if (this.phase !== "trailing" || this.ok + this.failed < this.issued) return;
    // Other workers may still be measuring.
    if (nowNs >= this.windowEndNs + besideNsOf(this.length)) this.phase = "draining";
  }

  private countIdle(nowNs: number): void {
    if (this.phase !== "measuring") return;
    this.lostNs += (this.connections - this.inFlight) * (nowNs - this.idleCountedNs);
    this.idleCountedNs = nowNs;
  }

  private openWindow(nowNs: number): void {
    this.phase = "measuring";
    this.idleCountedNs = nowNs;
    this.windowStartNs = nowNs;
    if (this.length.kind === "time") {
      const leastNs = Math.max(besideNsOf(this.length), this.longestNs);
      this.windowDueNs = nowNs + Math.max(this.length.windowMs * 1e6, leastNs);
    }
    this.windowStartCpuNs = this.cpuNs();
  }

  private closeWindow(nowNs: number): void {
    this.countIdle(nowNs);
    this.phase = "trailing";
    this.windowDueNs = 0;
    this.windowNs = nowNs - this.windowStartNs;
    this.windowCpuNs = this.cpuNs() - this.windowStartCpuNs;
  }
}
