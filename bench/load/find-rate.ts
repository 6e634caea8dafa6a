/** The highest rate that was found to meet an objective, and the lowest that was found to miss it. */
export interface RateBounds {
  readonly met: number | undefined;
  readonly missed: number | undefined;
}

/** Rates closer than this to each other are not told apart. */
const resolution = 0.03;
/** No search tries more rates, whatever the start; each that is missed is tried twice. */
const mostRates = 16;

/**
 * Searches for the highest rate at which `meets` still holds: doubles or halves from `startRate` until
 * one rate meets and another misses the objective, then halves the gap (in its logarithm) down to 3 %.
 * A missed rate is tried once more before it is believed, since a stall of the machine looks the same.
 */
export async function findRate(
  startRate: number,
  meets: (rate: number) => Promise<boolean>,
): Promise<RateBounds> {
  let met: number | undefined;
  let missed: number | undefined;
  let rate = Math.max(1, Math.round(startRate));
  for (let trial = 0; trial < mostRates; trial++) {
    if ((await meets(rate)) || (await meets(rate))) met = rate;
    else missed = rate;
    if (met !== undefined && missed !== undefined && missed / met <= 1 + resolution) break;
    const next = nextRate(met, missed);
    if (next === rate || next === met || next === missed) break;
    rate = next;
  }
  return { met, missed };
}

function nextRate(met: number | undefined, missed: number | undefined): number {
  if (met === undefined) return Math.max(1, Math.floor((missed as number) / 2));
  if (missed === undefined) return met * 2;
  return Math.round(Math.sqrt(met * missed));
}
