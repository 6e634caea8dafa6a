import { UserError } from "./errors.ts";
import { chooseOne } from "./flags/values.ts";
import { decodeHistogram, percentileOf } from "./load/histogram.ts";
import { nsPerResponse } from "./metrics/ns-per-response.ts";
import { metrics } from "./metrics/registry.ts";
import { serviceMax, serviceMean } from "./metrics/service-time.ts";
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
  if (name === nsPerResponse.key) {
    throw new UserError(
      `${flag} '${text}': ${name} is of readers alone, which micro and compare measure; a race has ${metrics.length} others, see list`,
    );
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
  const told = measured[metric]?.value;
  if (told === undefined) return `${where} was not measured`;
  const value = operator === "<" ? (slowerFailures(cell, metric) ?? told) : told;
  const holds = operator === "<" ? value < limit : value > limit;
  const among = value === told ? "" : `, where ${timeless(cell, metric).text}`;
  return holds ? undefined : `${where} is ${formatQuantity(value, unit)}${among}`;
}

/** Requests that have no time: what failed, and of response times what was never sent. */
function timeless({ requests }: CellResult, metric: string) {
  const { failed, issued } = requests;
  const unsent = metric.startsWith("response") ? (requests.unsent ?? 0) : 0;
  const [count, due] = [failed + unsent, issued + unsent];
  const never = unsent > 0 ? " or were never sent" : "";
  return { count, due, text: `${count} of ${plural(due, "request")} failed${never}` };
}

/** Requests that have no time are slower than any that has one: beyond a percentile, or in a mean, it is not known. */
function whyUnknown(cell: CellResult, metric: string): string | undefined {
  const { count, due, text } = timeless(cell, metric);
  return count > due * shareBeyond(metric) ? text : undefined;
}

/**
 * A percentile of all requests, of which those without a time are the slowest: of 1,200, of which 6 were never
 * sent, the 99th percentile is the 99.5th of those that were answered. Undefined where the cell has no such times, as of first
 * bytes, which are judged by those that came.
 */
function slowerFailures(cell: CellResult, metric: string): number | undefined {
  const percent = percentOf(metric);
  const { count } = timeless(cell, metric);
  const { serviceTimeNs, responseTimeNs } = cell.histograms;
  const times = metric.startsWith("response") ? responseTimeNs : serviceTimeNs;
  if (percent === undefined || count === 0 || !times || metric.startsWith("firstByte"))
    return undefined;
  const answered = decodeHistogram(times);
  const { totalCount } = answered;
  return percentileOf(answered, Math.min(100, (percent * (totalCount + count)) / totalCount));
}

/** The share of requests that may take longer than a time, or have none: 0.001 of "serviceP99_9Ns". */
function shareBeyond(metric: string): number {
  if (metric === serviceMax.key || metric === serviceMean.key) return 0;
  const percent = percentOf(metric);
  return percent === undefined ? Number.POSITIVE_INFINITY : 1 - percent / 100;
}

/** 99.9 of "serviceP99_9Ns"; undefined for what is no percentile of times. */
function percentOf(metric: string): number | undefined {
  const [, percent, fraction = "0"] =
    /^(?:service|response|firstByte)P(\d+)(?:_(\d+))?Ns$/.exec(metric) ?? [];
  return percent === undefined ? undefined : Number(`${percent}.${fraction}`);
}
