const quarters = 4;
/** Parts of a quarter, whose differences tell how much they scatter. */
const binsInQuarter = 4;
const bins = quarters * binsInQuarter;

/** A server that answers by this share more slowly than it is asked is one that falls behind. */
export const fallsBehindBy = 0.02;

/** Two means differ clearly by so many standard errors: those of answers that come in no particular order do not. */
const clearDeviations = 3;
/** A lower bar, where several signs must be seen at once. */
const seenDeviations = 2;
/**
 * Share of the window within which a server that leaves requests answers others: of slow answers a window has
 * too few to tell.
 */
const promptShare = 1 / 8;

/** Response times of the requests that were due in one part of the time (Welford 1962). */
interface Part {
  count: number;
  meanNs: number;
  /** Sum of the squares of what each is away from the mean. */
  squares: number;
}

/**
 * Whether an open loop's backlog grows throughout: the requests that were due in each quarter of the time
 * waited longer than those of the quarter before, by more than the standard error of that difference. A
 * backlog that comes and goes, after a stall, does not do so throughout; and response times that only
 * scatter do so in less than one window in a thousand. Where requests come twice as fast as they are answered
 * 100 of them tell; at 1.24 times, of a queue with random service times, 9 in 10 windows of 240, at 1.05
 * times 4 in 10. Such a queue looks so in 5 to 8 of 100 windows of 240 requests where it is steady, but busy
 * nine tenths of the time, and in none of 2000 (simulated).
 *
 * With a server that takes the newest first, the requests that it leaves tell: fewer are answered than are due,
 * by more than that scatters over the window, and those that it left longest come last. Answers that just take longer
 * than the window come in the order in which they were asked for.
 *
 * Of one that takes any, the pace tells: it is steady and lower than that of what is due, and goes on after
 * the end until nothing is left. Where 1.5 times as much is due as can be, 240 requests tell in 8 of 10
 * windows, at 1.24 times 1000 in 9 of 10; with the newest first, in nearly all of both.
 */
export class Backlog {
  private readonly durationNs: number;
  private readonly parts: readonly Part[] = Array.from({ length: quarters }, () => ({
    count: 0,
    meanNs: 0,
    squares: 0,
  }));
  /** Requests that were due in each part of a quarter, and answers that came in it. */
  private readonly dueIn = new Array<number>(bins).fill(0);
  private readonly cameIn = new Array<number>(bins).fill(0);
  /** When those came that did not come within the window, by the half in which they were due. */
  private readonly late: readonly Part[] = [0, 1].map(() => ({ count: 0, meanNs: 0, squares: 0 }));
  /** Response times of those that came within the window. */
  private readonly prompt: Part = { count: 0, meanNs: 0, squares: 0 };
  private fastestNs = Number.POSITIVE_INFINITY;
  /** When the last answer came. */
  private lastNs = 0;

  constructor(durationNs: number) {
    this.durationNs = durationNs;
  }

  /** A request that was due `dueNs` after the beginning has its answer `responseNs` later. */
  answered(dueNs: number, responseNs: number): void {
    const bin = this.binOf(dueNs);
    const quarter = Math.floor(bin / binsInQuarter);
    this.dueIn[bin] = (this.dueIn[bin] as number) + 1;
    add(this.parts[quarter] as Part, responseNs);
    this.fastestNs = Math.min(this.fastestNs, responseNs);
    const cameNs = dueNs + responseNs;
    this.lastNs = Math.max(this.lastNs, cameNs);
    if (cameNs > this.durationNs) {
      add(this.late[Math.floor(quarter / 2)] as Part, cameNs);
    } else {
      const came = this.binOf(cameNs);
      this.cameIn[came] = (this.cameIn[came] as number) + 1;
      add(this.prompt, responseNs);
    }
  }

  private binOf(ns: number): number {
    return Math.min(bins - 1, Math.floor((ns / this.durationNs) * bins));
  }

  /** Requests that were due, and have been answered by now. */
  private get asked(): number {
    return this.parts.reduce((sum, { count }) => sum + count, 0);
  }

  /** Answers that came within the window. */
  private get inTime(): number {
    return this.prompt.count;
  }

  /** Those that came after it. */
  private get left(): number {
    return this.asked - this.inTime;
  }

  /**
   * What was answered within the window, and in how long, where the backlog grows. The first answer is due
   * as long after the beginning as response times were then: where they lay on the line through the
   * quarters, or at the fastest; of answers in any order they say nothing, and all but the first quarter is
   * told. Undefined where that leaves less than half of the window to tell by, or where it is no less than was
   * asked.
   */
  stretch(): { readonly answers: number; readonly windowNs: number } | undefined {
    if (!this.grows || this.inTime === 0) return undefined;
    if (!this.waitsGrow) return this.steady;
    const [first] = this.parts as [Part];
    // The middle of the first quarter is a sixth as far from the beginning as from the last quarter's.
    const firstNs = Math.max(this.fastestNs, first.meanNs - this.riseNs / 6);
    const windowNs = this.durationNs - firstNs;
    if (windowNs < this.durationNs / 2) return undefined;
    const isLess = this.inTime / windowNs < this.asked / this.durationNs;
    return isLess ? { answers: this.inTime, windowNs } : undefined;
  }

  get grows(): boolean {
    return this.waitsGrow || this.leavesMore || this.drainsOn;
  }

  /** Whether after the first quarter fewer answers came than requests were due, by more than that scatters. */
  private get fallsBehind(): boolean {
    const lack: Part = { count: 0, meanNs: 0, squares: 0 };
    for (let bin = binsInQuarter; bin < bins; bin++) {
      add(lack, (this.dueIn[bin] as number) - (this.cameIn[bin] as number));
    }
    return lack.meanNs > clearDeviations * standardError(lack);
  }

  /** Answers that came in a quarter. */
  private cameInQuarter(quarter: number): number {
    const from = quarter * binsInQuarter;
    return this.cameIn.slice(from, from + binsInQuarter).reduce((sum, count) => sum + count, 0);
  }

  /**
   * In whatever order a server takes requests: those that are left at the end are answered without any, and
   * at the steady pace at which answers came before.
   */
  private get drainsOn(): boolean {
    if (this.left < fallsBehindBy * this.asked) return false;
    const [early, lately] = this.late as [Part, Part];
    const laterNs = lately.meanNs - early.meanNs;
    if (laterNs > seenDeviations * standardError(early, lately)) return false;
    const [second, third, fourth] = [1, 2, 3].map((quarter) => this.cameInQuarter(quarter));
    if (differs(second, fourth) || differs(third, fourth) || !this.fallsBehind) return false;
    const { answers, windowNs } = this.steady;
    const drainNs = (this.left * windowNs) / answers;
    const end = (this.lastNs - this.durationNs) / drainNs;
    return this.leftComeEvenly && end > 0.75 && end < 1.35;
  }

  /** What came in all but the first quarter. */
  private get steady(): { readonly answers: number; readonly windowNs: number } {
    const answers = this.cameIn.slice(binsInQuarter).reduce((sum, count) => sum + count, 0);
    return { answers, windowNs: (this.durationNs * (quarters - 1)) / quarters };
  }

  /** Those that were left come one after the other, and not in a burst: the middle one halfway. */
  private get leftComeEvenly(): boolean {
    const sumNs = this.late.reduce((sum, { count, meanNs }) => sum + count * meanNs, 0);
    const middle = (sumNs / this.left - this.durationNs) / (this.lastNs - this.durationNs);
    return middle > 0.35 && middle < 0.65;
  }

  private get leavesMore(): boolean {
    const [early, lately] = this.late as [Part, Part];
    if (this.left < fallsBehindBy * this.asked || early.count === 0) return false;
    const laterNs = early.meanNs - lately.meanNs;
    if (lately.count > 0 && laterNs < clearDeviations * standardError(early, lately)) return false;
    if (this.prompt.meanNs > promptShare * this.durationNs) return false;
    return this.fallsBehind;
  }

  private get waitsGrow(): boolean {
    const betweenNs = (this.durationNs * (quarters - 1)) / quarters;
    if (this.riseNs < fallsBehindBy * betweenNs) return false;
    return this.parts.every((part, index) => {
      const before = this.parts[index - 1];
      return before === undefined || part.meanNs - before.meanNs > standardError(part, before);
    });
  }

  private get riseNs(): number {
    return (this.parts.at(-1) as Part).meanNs - (this.parts[0] as Part).meanNs;
  }
}

/** Whether two counts of Poisson's kind are not of one rate. */
function differs(one = 0, other = 0): boolean {
  return Math.abs(one - other) > seenDeviations * Math.sqrt(one + other);
}

function add(part: Part, ns: number): void {
  part.count++;
  const offNs = ns - part.meanNs;
  part.meanNs += offNs / part.count;
  part.squares += offNs * (ns - part.meanNs);
}

/** Of the difference of two means; of fewer than two values nothing is known. */
function standardError(...parts: readonly Part[]): number {
  const variances = parts.map(({ count, squares }) =>
    count < 2 ? Number.POSITIVE_INFINITY : squares / (count - 1) / count,
  );
  return Math.sqrt(variances.reduce((sum, variance) => sum + variance, 0));
}
