import { type ErrorKind, errorKinds, type ReadError } from "../../src/errors.ts";
import { processCpuNs } from "./cpu.ts";
import { standstillNs } from "./loop-delay.ts";
import { peakRssBytes } from "./memory.ts";
import type { ExpectedAnswer, RecordingReport } from "./messages.ts";
import { type Pace, paceOf } from "./pace.ts";
import { Tally } from "./tally.ts";

/** Counts and histograms of one generator: constant memory, whatever the number of requests. */
export class Recorder {
  /** Of answers that came in one piece: their first byte is their last, and one record is both. */
  private readonly inOnePiece = new Tally();
  private readonly serviceTime = new Tally();
  private readonly responseTime = new Tally();
  private readonly lateness = new Tally();
  private readonly firstByte = new Tally();
  private readonly connect = new Tally();
  private readonly loopDelay = new Tally();
  private readonly startBytes = process.memoryUsage.rss();
  private warmBytes = this.startBytes;
  /** Status codes that were not the expected one. */
  private wrongStatus: Record<string, number> = {};
  private readonly expected: Pick<ExpectedAnswer, "status" | "bodyBytes">;
  private readonly errors: Partial<Record<ErrorKind, number>> = {};
  private readonly uncountedErrors: Partial<Record<ErrorKind, number>> = {};
  private stoodStillNs = 0;
  private clientFault: string | undefined;
  /** Pieces of answers that came in several. */
  private chunksOfMany = 0;
  private verifiedBodies = 0;
  private reopened = 0;

  constructor(expected: Pick<ExpectedAnswer, "status" | "bodyBytes">) {
    this.expected = expected;
  }

  /** A connection took the place of one that was lost. */
  recordReopened(): void {
    this.reopened++;
  }

  /** Connections are timed even while requests are not counted yet: most open in the warm-up. */
  recordConnect(ns: number): void {
    this.connect.record(ns);
  }

  /** An answer as it was expected: its status and its length need no counts of their own. */
  recordAnswer(serviceNs: number, firstByteNs: number, chunks: number): void {
    if (chunks === 1 && firstByteNs === serviceNs) {
      this.inOnePiece.record(serviceNs);
      return;
    }
    this.serviceTime.record(serviceNs);
    this.firstByte.record(firstByteNs);
    this.chunksOfMany += chunks;
  }

  /** Of a request that was due at an instant. */
  recordResponse(responseNs: number): void {
    this.responseTime.record(responseNs);
  }

  recordLateness(ns: number): void {
    this.lateness.record(ns);
  }

  recordWrongStatus(status: number): void {
    this.wrongStatus[status] = (this.wrongStatus[status] ?? 0) + 1;
  }

  recordError(error: Error, counted: boolean): void {
    const kind = kindOf(error);
    if (kind === "client-fault") this.clientFault ??= error.message;
    const counts = counted ? this.errors : this.uncountedErrors;
    counts[kind] = (counts[kind] ?? 0) + 1;
  }

  /** Of a timer that should have run `ns` ago. */
  recordLoopDelay(ns: number): void {
    this.loopDelay.record(ns);
    if (ns >= standstillNs) this.stoodStillNs += ns;
  }

  recordVerifiedBody(): void {
    this.verifiedBodies++;
  }

  /** The pieces in which counted answers came. */
  get chunks(): number {
    return this.inOnePiece.count + this.chunksOfMany;
  }

  /** Of the good answers since it was last asked to forget. */
  get pace(): Pace {
    return paceOf([this.inOnePiece, this.serviceTime]);
  }

  /** Forgets what was measured so far, in the warm-up, but for what went wrong in it. */
  forget(): void {
    this.inOnePiece.reset();
    this.serviceTime.reset();
    this.responseTime.reset();
    this.lateness.reset();
    this.loopDelay.reset();
    this.stoodStillNs = 0;
    this.warmBytes = process.memoryUsage.rss();
    this.firstByte.reset();
    this.wrongStatus = {};
    this.chunksOfMany = 0;
  }

  report(): RecordingReport {
    const answers = this.inOnePiece.count + this.serviceTime.count;
    const inOnePiece = this.inOnePiece.counted();
    const { status, bodyBytes } = this.expected;
    return {
      kind: "recording",
      serviceTime: inOnePiece.concat(this.serviceTime.counted()),
      responseTime: this.responseTime.counted(),
      lateness: this.lateness.counted(),
      firstByte: inOnePiece.concat(this.firstByte.counted()),
      connect: this.connect.counted(),
      bodyBytes: answers * bodyBytes,
      chunks: this.chunks,
      errors: this.errors,
      ...(this.clientFault !== undefined && { clientFault: this.clientFault }),
      status: { ...this.wrongStatus, ...(answers > 0 && { [status]: answers }) },
      verifiedBodies: this.verifiedBodies,
      reopened: this.reopened,
      uncountedErrors: this.uncountedErrors,
      loopDelay: this.loopDelay.counted(),
      stoodStillNs: this.stoodStillNs,
      memory: {
        startBytes: this.startBytes,
        warmBytes: this.warmBytes,
        endBytes: process.memoryUsage.rss(),
        peakBytes: peakRssBytes(),
      },
      processCpuNs: processCpuNs(),
    };
  }
}

/** Errors of ours have a kind, those of the system a code; anything else the client has thrown itself. */
function kindOf(error: Error): ErrorKind {
  // By what it has and not by its class: clients of another checkout have classes of their own.
  const { kind, code } = error as Partial<ReadError> & { readonly code?: unknown };
  if (kind !== undefined && errorKinds.includes(kind)) return kind;
  // ECONNRESET is of the system, ERR_INVALID_STATE of a program.
  const isOfSystem = typeof code === "string" && /^E(?!RR_)[A-Z0-9]+$/.test(code);
  return isOfSystem ? "reset" : "client-fault";
}
