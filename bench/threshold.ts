import { UserError } from "./errors.ts";
import { chooseOne } from "./flags/values.ts";
import { metrics } from "./metrics/registry.ts";
import type { CellResult, Result } from "./result.ts";
import { formatQuantity, parseQuantity, plural, type Unit } from "./units.ts";

/** What a metric must be below or above: 'serviceP99Ns<5ms'. */
export interface Threshold {
  readonly metric: string;
  readonly unit: Unit;
  readonly operator: "<" | ">";
  readonly limit: number;
  readonly text: string;
}

const quantities: Readonly<Record<Unit, string>> = {
  ns: "a time like 5ms",
  "1/s": "a rate like 10k",
  "B/s": "a rate of bytes like 10MB/s",
  B: "a number of bytes like 64kB",
  "1": "a number like 3",
};

export function parseThreshold(text: string, flag = "--threshold"): Threshold {
  const [, name, operator, amount] = /^\s*(\w+)\s*([<>])\s*([^\s=]+)\s*$/.exec(text) ?? [];
  if (name === undefined || amount === undefined || (operator !== "<" && operator !== ">")) {
    const only = /[<>]=/.test(text) ? ", with < or > and no =" : "";
    throw new UserError(`${flag} '${text}': write it like 'serviceP99Ns<5ms'${only}`);
  }
  const named = metrics.map((metric) => ({ name: metric.key, unit: metric.unit }));
  const metric = chooseOne("metric", name, named);
  const limit = parseQuantity(amount, metric.unit);
  if (limit === undefined) {
    throw new UserError(`${flag} '${text}': ${name} is ${quantities[metric.unit]}, not ${amount}`);
  }
  return { metric: metric.name, unit: metric.unit, operator, limit, text };
}

/** Of "serviceP99_9Ns" 0.001: the share of requests that may take longer; 1 of what is no percentile. */
function shareBeyond(metric: string): number {
  const [, percent, fraction = "0"] = /P(\d+)(?:_(\d+))?Ns$/.exec(metric) ?? [];
  return percent === undefined ? 1 : 1 - Number(`${percent}.${fraction}`) / 100;
}

/** Each threshold, with a sentence for every cell that misses it, or does not have its metric. */
export function judgeThresholds(
  cells: readonly CellResult[],
  thresholds: readonly Threshold[],
): NonNullable<Result["thresholds"]> {
  return thresholds.map((threshold) => {
    const misses = cells.flatMap((cell) => missOf(cell, threshold) ?? []);
    const missed = cells.length === 0 ? ["nothing was measured"] : misses;
    const { text } = threshold;
    return { threshold: text, missed: missed.map((why) => `threshold ${text} missed: ${why}`) };
  });
}

function missOf(
  { strategy, fixture, connections, metrics: measured, requests }: CellResult,
  { metric, unit, operator, limit }: Threshold,
): string | undefined {
  const value = measured[metric]?.value;
  const { failed, issued } = requests;
  // What failed has no time, and is slower than any that has one.
  if (operator === "<" && failed > issued * shareBeyond(metric)) {
    const where = `${strategy}, ${fixture}, ${plural(connections, "connection")}`;
    return `${where}: ${metric} is not known, since ${failed} of ${plural(issued, "request")} failed`;
  }
  if (value !== undefined && (operator === "<" ? value < limit : value > limit)) return undefined;
  const is = value === undefined ? "was not measured" : `is ${formatQuantity(value, unit)}`;
  return `${strategy}, ${fixture}, ${plural(connections, "connection")}: ${metric} ${is}`;
}
