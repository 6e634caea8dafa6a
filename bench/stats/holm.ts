/**
 * P-values adjusted so that a threshold on them bounds the chance of any false alarm among all of
 * them together (S. Holm, A simple sequentially rejective multiple test procedure, 1979): R's
 * p.adjust(p, "holm").
 */
export function holm(pValues: readonly number[]): number[] {
  const order = pValues.map((_, index) => index);
  order.sort((a, b) => (pValues[a] as number) - (pValues[b] as number));
  const adjusted = new Array<number>(pValues.length).fill(1);
  let running = 0;
  for (const [rank, index] of order.entries()) {
    const scaled = (pValues.length - rank) * (pValues[index] as number);
    running = Math.max(running, Math.min(1, scaled));
    adjusted[index] = running;
  }
  return adjusted;
}
