import { UserError } from "./errors.ts";
import { chooseOne } from "./flags/values.ts";
import { metrics } from "./metrics/registry.ts";
import { serviceMax } from "./metrics/service-time.ts";
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
  const [, name, operator, amount] =
    /^\s*(\w+)\s*([<>])\s*([^\s=](?:[^=]*[^\s=])?)\s*$/.exec(text) ?? [];
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

function missOf(cell: CellResult, threshold: Threshold): string | undefined {
  const { strategy, fixture, connections, metrics: measured } = cell;
  const { metric, unit, operator, limit } = threshold;
  const where = `${strategy}, ${fixture}, ${plural(connections, "connection")}: ${metric}`;
  const unknown = operator === "<" ? whyUnknown(cell, metric) : undefined;
  if (unknown !== undefined) return `${where} is not known, since ${unknown}`;
  const value = measured[metric]?.value;
  if (value === undefined) return `${where} was not measured`;
  const holds = operator === "<" ? value < limit : value > limit;
  return holds ? undefined : `${where} is ${formatQuantity(value, unit)}`;
}

/** What failed has no time, nor has what was never sent: both are slower than any that has one. */
function whyUnknown({ requests }: CellResult, metric: string): string | undefined {
  const beyond = shareBeyond(metric);
  if (beyond === undefined) return undefined;
  const { failed, issued } = requests;
  const unsent = metric.startsWith("response") ? (requests.unsent ?? 0) : 0;
  const due = issued + unsent;
  if (failed + unsent <= due * beyond) return undefined;
  const never = unsent > 0 ? " or were never sent" : "";
  return `${failed + unsent} of ${plural(due, "request")} failed${never}`;
}

/** Of times of answers, the share of requests that may take longer: 0.001 of "serviceP99_9Ns". */
function shareBeyond(metric: string): number | undefined {
  if (metric === serviceMax.key) return 0;
  const [, percent, fraction = "0"] =
    /^(?:service|response|firstByte)P(\d+)(?:_(\d+))?Ns$/.exec(metric) ?? [];
  return percent === undefined ? undefined : 1 - Number(`${percent}.${fraction}`) / 100;
}
