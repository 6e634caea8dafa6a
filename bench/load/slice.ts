import { processCpuNs } from "./cpu.ts";
import { besideNsOf, type ClosedLength, type TimeLength } from "./messages.ts";
import { partWithin, timeWithin } from "./part-within.ts";
import { RoundCpu } from "./round-cpu.ts";
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
 * - So that all windows could be, the clock sets the edges, and no answer: it opens at random within the longest
 *   answer so far. Windows from one answer to another, which mostly lie in a burst, had 4 % too many of answers
 *   of which half took 1 ms and half 100.
 * - The window lasts a whole number of times as long as the longest answer before it, if the warm-up knew
 *   answers that long. Connections that are slow each time then have the same number of requests in each: of 1.4
 *   times as long they had one in some windows, and two in others, and a percentile of few windows missed their
 *   times altogether.
 * - No edge lies in a stall that is longer than any answer before, see holdStall.
 * - CPU is that of whole rounds of answers, see RoundCpu.
 */
export class Slice {
  // What every answer touches comes first, and so lies together.
  /** Before this nothing can end the window; 0 where none is open, or where a count is not full yet. */
  private windowDueNs = 0;
  /** Answers that led to the next request: they add to issued, ok, endedSinceOpen and completed. */
  private renewed = 0;
  private phase: Phase = "settling";
  private inFlight = 0;
  private issued = 0;
  private ok = 0;
  private failed = 0;
  private endedSinceOpen = 0;
  /** Answers and parts of answers. */
  private completed = 0;
  /** The same of failures. */
  private failedParts = 0;
  /** Requests that may count at most. */
  private readonly issueLimit: number;
  private stopped = false;
  /** Answers before the window. */
  private endedBefore = 0;
  /** Connections that have had no answer yet. */
  private unheard: number;
  /** The longest way of a request, from its admission to its answer, as long as the window has no end. */
  private longestNs = 0;
  /** When the last of the connections had its first answer. */
  private heardNs = 0;
  /** Answers since the window opened whose CPU is not that of the window. */
  private uncharged = 0;
  /** When the window opens, once load is steady. */
  private opensAtNs = Number.POSITIVE_INFINITY;
  private readonly length: ClosedLength;
  private readonly connections: number;
  private readonly settleNs: number;
  private readonly patienceNs: number;
  private readonly cpu: RoundCpu;
  private readonly random: () => number;
  private readonly beganNs: number;
  private windowStartNs = 0;
  private windowNs = 0;
  /** Of the window's time, over connections: spent on requests that then failed, or with nothing under way. */
  private lostNs = 0;
  /** Up to when idle connections are counted in it. */
  private idleCountedNs = 0;

  /**
   * `settleNs` is how long load takes to be steady: a slice begins with all connections in phase, and a
   * window that opened before the first of the slow answers would count too few of them.
   * `patienceNs` bounds the waits for answers, should none come at all: longer than any request can take.
   * `random` is from 0 to 1, as Math.random.
   */
  constructor(
    length: ClosedLength,
    connections: number,
    settleNs: number,
    patienceNs: number,
    nowNs: number,
    cpuNs: () => number = processCpuNs,
    random: () => number = Math.random,
  ) {
    this.length = length;
    this.issueLimit = length.kind === "requests" ? length.count : Number.POSITIVE_INFINITY;
    this.settleNs = settleNs;
    this.patienceNs = patienceNs;
    this.connections = connections;
    this.unheard = connections;
    this.beganNs = nowNs;
    this.cpu = new RoundCpu(connections, cpuNs);
    this.random = random;
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
    this.passEdgesBefore(nowNs);
    if (this.phase === "draining") return "stop";
    this.countIdle(nowNs);
    this.inFlight++;
    if (this.phase !== "measuring") return "uncounted";
    if (this.issued >= this.issueLimit) return "uncounted";
    this.issued++;
    return "counted";
  }

  /** A connection's first request in this slice is about to end. */
  heard(nowNs: number): void {
    this.unheard--;
    this.heardNs = nowNs;
  }

  /** A request that was admitted at `admittedNs`, and sent at `startNs` once it had a connection, has ended. */
  ended(
    counted: boolean,
    good: boolean,
    startNs: number,
    nowNs: number,
    admittedNs: number = startNs,
  ): void {
    const wasSettling = this.phase === "settling";
    this.holdStall(startNs, nowNs);
    this.passEdgesBefore(nowNs);
    // What this answer took of the CPU was taken before it opened the window.
    if (wasSettling && this.phase !== "settling") this.uncharged = 1;
    this.countIdle(nowNs);
    this.inFlight--;
    if (counted) {
      if (good) this.ok++;
      else this.failed++;
    }
    if (good && this.windowDueNs === 0) {
      this.longestNs = Math.max(this.longestNs, nowNs - admittedNs);
    }
    if (this.phase === "settling") this.endedBefore++;
    else this.endInWindow(good, startNs, nowNs);
    this.passEdgesAt(nowNs);
  }

  /** A request that was sent at `startNs`, counted or not, has failed: what it took of the window is lost. */
  endedInFailure(counted: boolean, startNs: number, nowNs: number): void {
    this.ended(counted, false, startNs, nowNs);
  }

  /** The end of a request, once a window is open or has been: as much of it as lies in the window. */
  private endInWindow(good: boolean, startNs: number, nowNs: number): void {
    this.endedSinceOpen++;
    const { windowStartNs, windowEndNs } = this;
    const part = partWithin(startNs, nowNs, windowStartNs, windowEndNs);
    if (good) {
      this.completed += part;
      return;
    }
    this.failedParts += part;
    this.lostNs += timeWithin(startNs, nowNs, windowStartNs, windowEndNs);
  }

  /** It has none yet while it is open. */
  private get windowEndNs(): number {
    return this.phase === "measuring"
      ? Number.POSITIVE_INFINITY
      : this.windowStartNs + this.windowNs;
  }

  /** Called every so often: where nothing is under way, or has been for too long, the clock alone ends a window. */
  tick(nowNs: number): void {
    const { phase, patienceNs } = this;
    if (phase === "settling" && nowNs - this.beganNs > patienceNs) this.openWindow(nowNs);
    const isStalled = phase === "measuring" && this.inFlight > 0;
    if (isStalled && nowNs - this.windowDueNs <= patienceNs) return;
    this.passEdgesBefore(nowNs);
    this.passEdgesAt(nowNs);
  }

  /**
   * No edge lies in a stall that is longer than any answer before. Its beginning lies in a window as often as in
   * what is between windows: it is counted whole there, and not at all here. Cut off at the edge it would be counted
   * too little, and rates came out 7 to 20 % too high where stalls last longer than a slice.
   */
  private holdStall(startNs: number, nowNs: number): void {
    if (nowNs - startNs <= this.longestNs) return;
    if (this.phase === "settling") {
      this.drawOpening(nowNs);
      if (this.opensAtNs < nowNs) this.opensAtNs = nowNs;
    } else if (this.phase === "measuring" && this.windowDueNs > 0 && this.windowDueNs < nowNs) {
      this.windowDueNs = nowNs;
    }
  }

  get done(): boolean {
    return this.stopped || (this.phase === "draining" && this.inFlight === 0);
  }

  /**
   * Ends now: a window that is open closes, and what is under way, sent at `startsNs`, stays unfinished. What
   * part of it would have come in the window nobody knows: its time is taken from the window.
   */
  stop(nowNs: number, startsNs: readonly number[]): void {
    this.passEdgesBefore(nowNs);
    if (this.phase === "measuring") this.closeWindow(nowNs);
    this.stopped = true;
    if (this.windowNs === 0) return;
    this.cpu.end(this.charged);
    const { windowStartNs, windowEndNs } = this;
    const unknownNs = startsNs.reduce(
      (sum, startNs) => sum + timeWithin(startNs, nowNs, windowStartNs, windowEndNs),
      0,
    );
    const known = Math.max(0, 1 - unknownNs / this.connections / this.windowNs);
    this.windowNs *= known;
    this.lostNs *= known;
  }

  sample(nowNs: number): SliceSample {
    const { failed, renewed } = this;
    const issued = this.issued + renewed;
    const ok = this.ok + renewed;
    const completed = this.completed + renewed;
    return {
      windowNs: this.windowNs,
      completed,
      cpuNs: this.cpu.nsOf(completed + this.failedParts),
      lostNs: this.lostNs,
      requests: { issued, ok, failed, unfinished: issued - ok - failed },
      ended: this.endedBefore + this.endedSinceOpen + renewed,
      wholeNs: nowNs - this.beganNs,
    };
  }

  /** What the clock has done since the last event. */
  private passEdgesBefore(nowNs: number): void {
    if (this.phase === "settling") {
      this.drawOpening(nowNs);
      if (this.opensAtNs < nowNs) this.openWindow(this.opensAtNs);
    }
    if (this.phase !== "measuring" || this.windowDueNs === 0 || this.windowDueNs >= nowNs) return;
    this.closeWindow(this.windowDueNs);
    this.endCpuIfWhole(nowNs);
  }

  /** What an event at `nowNs` that has been booked leads to. */
  private passEdgesAt(nowNs: number): void {
    if (this.phase === "settling") {
      this.drawOpening(nowNs);
      if (this.opensAtNs === nowNs) this.openWindow(nowNs);
      return;
    }
    if (this.phase === "measuring") {
      const isFull = this.ok + this.failed >= this.issueLimit;
      if (isFull && this.windowDueNs === 0) {
        this.windowDueNs = nowNs + this.random() * this.longestNs;
      }
      if (this.windowDueNs === nowNs) this.closeWindow(nowNs);
    }
    this.endCpuIfWhole(nowNs);
    this.drainIfAllEnded(nowNs);
  }

  /** Once load is steady at `nowNs`: from the instant since which it is, and not from the answer that tells. */
  private drawOpening(nowNs: number): void {
    const settledNs = Math.max(this.beganNs + this.settleNs, this.heardNs);
    if (this.unheard > 0 || nowNs < settledNs || Number.isFinite(this.opensAtNs)) return;
    this.opensAtNs = settledNs + this.random() * this.longestNs;
  }

  /** Answers and failures whose CPU is that of the window. */
  private get charged(): number {
    return this.endedSinceOpen + this.renewed - this.uncharged;
  }

  private endCpuIfWhole(nowNs: number): void {
    if (this.phase !== "trailing" || this.cpu.hasEnded) return;
    const isOutOfPatience = nowNs - this.windowEndNs > this.patienceNs;
    if (this.cpu.isWhole(this.charged) || isOutOfPatience) this.cpu.end(this.charged);
  }

  private drainIfAllEnded(nowNs: number): void {
    if (this.phase !== "trailing" || this.ok + this.failed < this.issued) return;
    // Other workers may still be measuring, and may have begun later.
    const isLast = nowNs >= this.windowEndNs + 2 * besideNsOf(this.length);
    if (isLast && this.cpu.hasEnded) this.phase = "draining";
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
      this.windowDueNs = nowNs + this.windowNsOf(this.length);
    }
    this.cpu.begin();
  }

  private windowNsOf(length: TimeLength): number {
    const { longestNs } = this;
    const leastNs = Math.max(length.windowMs * 1e6, besideNsOf(length));
    if (longestNs === 0) return leastNs;
    // Without a warm-up nobody knows which connections are slow.
    if (this.settleNs === 0) return Math.max(leastNs, longestNs);
    // What took longer than all in the warm-up was a stall: windows that were as long, and came after it, had none.
    if (longestNs > this.settleNs) return leastNs;
    return Math.ceil(leastNs / longestNs) * longestNs;
  }

  private closeWindow(nowNs: number): void {
    this.countIdle(nowNs);
    this.phase = "trailing";
    this.windowDueNs = 0;
    this.windowNs = nowNs - this.windowStartNs;
  }
}
