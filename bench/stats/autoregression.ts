import { mean } from "./interval.ts";
import { median } from "./quantile.ts";

/** None is negative; and a series that keeps more of each value would wander anywhere. */
function possible(correlation: number): number {
  return Math.min(0.95, Math.max(0, correlation));
}

/**
 * Lag-1 autocorrelation of what a step has left, from 0 to 0.95, corrected for its bias towards 0: (1 + 4ρ) / n
 * for the mean (Marriott and Pope 1954), as much again for the second mean, and again for the choice of the
 * step.
 */
export function autocorrelation(residuals: readonly number[]): number {
  const n = residuals.length;
  let products = 0;
  let squares = 0;
  for (const [i, value] of residuals.entries()) {
    squares += value * value;
    if (i > 0) products += value * (residuals[i - 1] as number);
  }
  if (squares === 0) return 0;
  const raw = products / squares;
  return possible(raw + (3 * (1 + 4 * Math.max(0, raw))) / n);
}

/** A difference further out than so many deviations is a step, or an outlier. */
const mostDeviations = 3;

/**
 * The lag-1 autocorrelation that the differences of a series speak of, whatever steps it has: of differences
 * it is (ρ - 1) / 2, and a step is one of them, which is left out. Uncertain, and so given with 1.5 standard
 * errors of an independent series in addition; from 0 to 0.95.
 */
export function autocorrelationBetweenSteps(series: readonly number[]): number {
  if (series.length < 3) return 0;
  const differences = series.slice(1).map((value, i) => value - (series[i] as number));
  const most = mostDeviations * 1.4826 * median(differences.map(Math.abs));
  const usable = (value: number | undefined): value is number =>
    value !== undefined && Math.abs(value) <= most;
  const squares: number[] = [];
  const products: number[] = [];
  for (const [i, value] of differences.entries()) {
    if (!usable(value)) continue;
    squares.push(value * value);
    const before = differences[i - 1];
    if (usable(before)) products.push(value * before);
  }
  const variance = mean(squares);
  const correlation = variance > 0 && products.length > 0 ? 1 + (2 * mean(products)) / variance : 0;
  return possible(correlation + 1.5 / Math.sqrt(series.length));
}

/** So many values are left out: the first begins at 0. */
const runIn = 20;

/** A series of that length and correlation, from innovations that are drawn. */
export function autoregressiveSeries(
  length: number,
  correlation: number,
  draw: () => number,
): number[] {
  const values: number[] = [];
  let value = 0;
  for (let i = -runIn; i < length; i++) {
    value = correlation * value + draw();
    if (i >= 0) values.push(value);
  }
  return values;
}
