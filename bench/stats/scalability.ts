import { leastSquares } from "./least-squares.ts";
import { median } from "./quantile.ts";

/** Throughput at a concurrency. */
export interface LoadPoint {
  readonly concurrency: number;
  readonly throughput: number;
  /** Mean time in the system, in any unit. */
  readonly meanTime: number;
}

/**
 * The universal scalability law: throughput(n) = λn / (1 + σ(n − 1) + κn(n − 1)), with contention σ
 * and coherency cost κ (N. J. Gunther, Guerrilla Capacity Planning, 2007, 4.5).
 */
export interface ScalabilityLaw {
  /** Throughput of one. */
  readonly lambda: number;
  readonly sigma: number;
  readonly kappa: number;
  /**
   * Concurrency beyond which throughput falls: √((1 − σ) / κ), but 1 at least, and 1 where contention is
   * whole; infinite without coherency cost.
   */
  readonly peak: number;
  /** Median relative error at the points. */
  readonly error: number;
}

/** Three coefficients need a fourth point to be judged by. */
export const fewestPoints = 4;

/**
 * Fits the law in the form n / throughput = a + b(n − 1) + cn(n − 1), which is linear, by least
 * squares of the relative error; coherency cost is never negative, nor is contention without it, which would
 * have no end. Undefined for fewer than four points, or where throughput comes out negative.
 */
export function fitScalability(points: readonly LoadPoint[]): ScalabilityLaw | undefined {
  if (points.length < fewestPoints) return undefined;
  const y = points.map(({ concurrency, throughput }) => concurrency / throughput);
  const weights = y.map((value) => 1 / value ** 2);
  const fit = (terms: (n: number) => number[]) =>
    leastSquares(
      points.map(({ concurrency }) => terms(concurrency)),
      y,
      weights,
    ) ?? [];
  let [a = 0, b = 0, c = 0] = fit((n) => [1, n - 1, n * (n - 1)]);
  // Of a convex problem in c >= 0 the best is then on the border.
  if (c < 0) [a = 0, b = 0, c = 0] = fit((n) => [1, n - 1]);
  if (c === 0 && b < 0) [a = 0, b = 0] = fit(() => [1]);
  if (a <= 0) return undefined;
  const law = { lambda: 1 / a, sigma: b / a, kappa: c / a };
  const error = median(
    points.map(({ concurrency, throughput }) =>
      Math.abs(throughputAt(law, concurrency) / throughput - 1),
    ),
  );
  return Number.isFinite(error) ? { ...law, peak: peakOf(law), error } : undefined;
}

function peakOf({ sigma, kappa }: Pick<ScalabilityLaw, "sigma" | "kappa">): number {
  if (sigma >= 1) return 1;
  return kappa > 0 ? Math.max(1, Math.sqrt((1 - sigma) / kappa)) : Number.POSITIVE_INFINITY;
}

export function throughputAt(
  { lambda, sigma, kappa }: Pick<ScalabilityLaw, "lambda" | "sigma" | "kappa">,
  concurrency: number,
): number {
  const n = concurrency;
  return (lambda * n) / (1 + sigma * (n - 1) + kappa * n * (n - 1));
}

/**
 * The knee of a curve: the point of the greatest power, throughput / time in the system (L. Kleinrock,
 * Power and deterministic rules of thumb, 1979). Beyond it waiting grows faster than what gets done.
 */
export function kneeOf(points: readonly LoadPoint[]): LoadPoint | undefined {
  const power = ({ throughput, meanTime }: LoadPoint) => throughput / meanTime;
  return points.reduce<LoadPoint | undefined>(
    (best, next) => (best === undefined || power(next) > power(best) ? next : best),
    undefined,
  );
}
