/** What a load generator that is not ours has said of its run. */
export interface PeerReport {
  readonly requests: number;
  readonly failed: number;
  readonly requestsPerSecond: number;
  /** Undefined where it tells no percentiles, or less than it can tell. */
  readonly p50Ns?: number | undefined;
  readonly p99Ns?: number | undefined;
  /** Whether its connections were kept: of ab, which speaks HTTP/1.0, they may not be. */
  readonly keptAlive: boolean;
}

/** A load generator that is not ours: one process, one thread, kept alive where it can. */
export interface Peer {
  readonly name: string;
  /** Its command line for a run. */
  command(url: string, connections: number, durationMs: number): readonly string[];
  /** Reads its stdout; throws where that is not what it should be. */
  parse(output: string): PeerReport;
  /** Prints its version. */
  readonly versionCommand: readonly string[];
  /** What of its figures is not what it is of ours, as a sentence. */
  readonly caveat?: string;
}

/** Its flags take whole seconds. */
export function wholeSeconds(durationMs: number): string {
  return String(Math.max(1, Math.round(durationMs / 1000)));
}

/** Nanoseconds of a percentile in whole milliseconds; undefined where it is less than one, and so unknown. */
export function wholeMsToNs(ms: number): number | undefined {
  return ms === 0 ? undefined : ms * 1e6;
}

/** The number that `pattern` captures. */
export function capture(output: string, pattern: RegExp): number {
  const [, text] = pattern.exec(output) ?? [];
  const value = Number(text);
  if (text === undefined || Number.isNaN(value)) throw new Error(`its output has no ${pattern}`);
  return value;
}

/** The same of a line that is printed only where there is something to count: 0 without it. */
export function captureIfAny(output: string, pattern: RegExp): number {
  return pattern.test(output) ? capture(output, pattern) : 0;
}
