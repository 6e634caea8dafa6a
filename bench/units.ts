/** Reads and writes quantities as people do: `500ms`, `10k`, `8.71 µs`, `1.2 GB/s`. */

/** In what metrics are measured; "1" is a number of something. */
export const units = ["1/s", "B/s", "ns", "B", "1"] as const;
export type Unit = (typeof units)[number];

const durationsMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Milliseconds of "500ms", "10s", "2m", "1h" or "0"; undefined for anything else. */
export function parseDurationMs(text: string): number | undefined {
  if (text === "0") return 0;
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text) ?? [];
  if (amount === undefined || unit === undefined) return undefined;
  return Number(amount) * (durationsMs[unit] as number);
}

const multiples: Readonly<Record<string, number>> = { "": 1, k: 1e3, m: 1e6, g: 1e9 };

/** The whole number of "64", "10k", "1.5k" or "1M"; undefined for anything else. */
export function parseCount(text: string): number | undefined {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)([kmg]?)$/i.exec(text) ?? [];
  if (amount === undefined || unit === undefined) return undefined;
  const value = Number(amount) * (multiples[unit.toLowerCase()] as number);
  // 16.1 * 1000 is a little more than a whole number.
  const whole = Math.round(value);
  const isWhole = Math.abs(value - whole) <= 1e-9 * Math.max(1, value);
  return isWhole && Number.isSafeInteger(whole) ? whole : undefined;
}

const nsOf: Readonly<Record<string, number>> = { ns: 1, us: 1e3, µs: 1e3, ms: 1e6, s: 1e9 };

const bytesOf: Readonly<Record<string, number>> = { ...multiples, b: 1, kb: 1e3, mb: 1e6, gb: 1e9 };

/**
 * A quantity in the unit of a metric, as it is printed or shorter: "5ms" is 5e6 ns, "64k" or "64 kB" 64,000
 * bytes, "10k" or "10k/s" 10,000 a second.
 */
export function parseQuantity(text: string, unit: Unit): number | undefined {
  const isRate = unit.endsWith("/s");
  const [, amount, suffix] =
    /^(\d+(?:\.\d+)?)\s*([a-zµ]*)$/i.exec(isRate ? text.replace(/\/s$/, "") : text) ?? [];
  if (amount === undefined || suffix === undefined) return undefined;
  const isBytes = unit.startsWith("B");
  const [factors, name] =
    unit === "ns" ? [nsOf, suffix] : [isBytes ? bytesOf : multiples, suffix.toLowerCase()];
  return Object.hasOwn(factors, name) ? Number(amount) * (factors[name] as number) : undefined;
}

/** Three significant digits: enough to compare, few enough to read. */
function threeDigits(value: number): string {
  // 9.996 is 10.0 when it is rounded, and 99.96 is 100.
  if (value >= 99.95) return value.toFixed(0);
  return value >= 9.995 ? value.toFixed(1) : value.toFixed(2);
}

/** Scales so that the number has at most three digits before the point, rounding included. */
function scaled(value: number, steps: readonly (readonly [number, string])[]): string {
  const step = steps.find(([size]) => value >= size * 0.9995) ?? steps.at(-1);
  const [size, name] = step as readonly [number, string];
  return `${threeDigits(value / size)}${name}`;
}

export function formatNs(ns: number): string {
  return scaled(ns, [
    [1e9, " s"],
    [1e6, " ms"],
    [1e3, " µs"],
    [1, " ns"],
  ]);
}

export function formatCount(value: number): string {
  if (value < 1000 && Number.isInteger(value)) return String(value);
  return scaled(value, [
    [1e9, "G"],
    [1e6, "M"],
    [1e3, "k"],
    [1, ""],
  ]);
}

export function formatBytes(bytes: number): string {
  return scaled(bytes, [
    [1e9, " GB"],
    [1e6, " MB"],
    [1e3, " kB"],
    [1, " B"],
  ]);
}

/** A figure in the unit of its metric. */
export function formatQuantity(value: number, unit: Unit): string {
  switch (unit) {
    case "ns":
      return formatNs(value);
    case "B":
      return formatBytes(value);
    case "B/s":
      return `${formatBytes(value)}/s`;
    case "1/s":
      return `${formatCount(value)}/s`;
    case "1":
      return formatCount(value);
  }
}

export function plural(count: number, noun: string, nouns = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : nouns}`;
}

/** Requests a second; "-" where no rate was found. */
export function formatRate(rate: number | undefined): string {
  return rate === undefined ? "-" : `${formatCount(rate)}/s`;
}

/** A commit as people see it: eight digits, and whether the work tree was another. */
export function formatRevision({
  revision,
  dirty,
}: {
  readonly revision: string;
  readonly dirty: boolean;
}): string {
  return `${revision.slice(0, 8)}${dirty ? " with changes" : ""}`;
}
