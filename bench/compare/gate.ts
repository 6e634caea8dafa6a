import { holm } from "../stats/holm.ts";
import { minDetectableLog, type PairedEstimate } from "../stats/paired.ts";
import type { Verdict } from "../stats/verdict.ts";

/** What the gate is told of one metric of one cell. */
export interface Question {
  readonly better: "lower" | "higher";
  /** The smallest effect that counts, as a share: 0.02. */
  readonly minEffect: number;
  /** Its weight in Holm's procedure: its share of the chance of a false alarm. */
  readonly weight: number;
  /** Head against base. */
  readonly change: PairedEstimate;
  /** Base against itself, raced in the same rounds; undefined where none was. */
  readonly noise: PairedEstimate | undefined;
}

export interface Answer {
  readonly verdict: Verdict;
  /** One sentence where the verdict needs one. */
  readonly reason: string;
  /** The smallest effect that could have been found, as a share. */
  readonly minDetectable: number;
  /** P-value of the change, corrected for all questions of the run. */
  readonly adjustedP: number;
}

/**
 * Chance of one false alarm or more, either way, over all questions of a run together. Half of it
 * points to regressions: less than 1 suite in 100.
 */
const familyAlpha = 0.02;

/**
 * Judges all questions of a run together.
 *
 * regressed or improved: the change stands after Holm's correction, its 95 % interval is clear of no
 * change, and it is at least minEffect; and, where less than a minEffect could not have been found,
 * at least what could. unchanged: the interval lies inside ± minEffect (two one-sided tests,
 * Schuirmann 1987). All else, and whatever the noise arm shows as well, is inconclusive.
 */
export function judge(questions: readonly Question[]): Answer[] {
  const weights = questions.map(({ weight }) => weight);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const changes = holm(
    questions.map(({ change }) => change.pValue),
    weights,
  );
  const noises = holm(
    questions.map(({ noise }) => noise?.pValue ?? 1),
    weights,
  );
  return questions.map((question, index) => {
    const adjustedP = changes[index] as number;
    const share = question.weight / total;
    const minDetectableLogs = minDetectableLog(question.change, familyAlpha * share);
    const minDetectable = Math.expm1(minDetectableLogs);
    const alarm = question.noise && isChange(question.noise, noises[index] as number, question);
    const { verdict, reason } = alarm
      ? noisy(question.noise as PairedEstimate)
      : answer(question, adjustedP, minDetectableLogs);
    return { verdict, reason, minDetectable, adjustedP };
  });
}

function noisy({ log }: PairedEstimate): Pick<Answer, "verdict" | "reason"> {
  const percent = (Math.expm1(log) * 100).toFixed(1);
  return {
    verdict: "inconclusive",
    reason: `base against itself differs by ${percent} % here: this machine cannot tell`,
  };
}

function isChange(
  { log, interval }: PairedEstimate,
  adjustedP: number,
  { minEffect }: Question,
): boolean {
  const clear = interval[0] > 0 || interval[1] < 0;
  return clear && adjustedP < familyAlpha && Math.abs(log) >= Math.log1p(minEffect);
}

function answer(
  question: Question,
  adjustedP: number,
  minDetectableLogs: number,
): Pick<Answer, "verdict" | "reason"> {
  const { change, minEffect, better } = question;
  const margin = Math.log1p(minEffect);
  const findable = minDetectableLogs <= margin || Math.abs(change.log) >= minDetectableLogs;
  if (findable && isChange(change, adjustedP, question)) {
    const worse = change.log > 0 === (better === "lower");
    return { verdict: worse ? "regressed" : "improved", reason: "" };
  }
  if (change.interval[0] >= -margin && change.interval[1] <= margin) {
    return { verdict: "unchanged", reason: "" };
  }
  return { verdict: "inconclusive", reason: whatWouldHelp(question, margin, minDetectableLogs) };
}

/** Below so many, standard errors are themselves too uncertain to reckon with. */
const fewestReplicates = 5;

/** The standard error falls with the square root of the time; of two files there is no base beside base. */
function whatWouldHelp({ change, noise }: Question, margin: number, detectable: number): string {
  const { replicates } = change;
  const more = noise === undefined ? "more --replicates of both" : "a longer --budget";
  if (replicates < fewestReplicates) {
    return `${replicates} replicates are too few to tell: ${more} would`;
  }
  const percent = (log: number) => `${(Math.expm1(log) * 100).toFixed(1)} %`;
  const found = `less than ${percent(detectable)} could not have been found`;
  if (detectable <= margin) return `${found}; the change lies near the margin: ${more} would tell`;
  const times = Math.ceil((detectable / margin) ** 2);
  const what = noise === undefined ? "--replicates of both" : "--budget";
  return times <= 20
    ? `${found}; about ${times} times the ${what}, or a quieter machine, would tell`
    : `${found}; only a quieter machine would tell (${replicates} replicates)`;
}

/** Whether more replicates would change nothing: every effect that counts could be found by now. */
export function isPreciseEnough(
  { change, minEffect, weight }: Question,
  totalWeight: number,
): boolean {
  return minDetectableLog(change, (familyAlpha * weight) / totalWeight) <= Math.log1p(minEffect);
}
