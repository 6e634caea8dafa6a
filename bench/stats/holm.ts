/**
 * P-values adjusted so that a threshold on them bounds the chance of any false alarm among all of
 * them together (S. Holm, A simple sequentially rejective multiple test procedure, 1979). With equal
 * weights it is R's p.adjust(p, "holm"); a test of twice the weight may use twice the share of that
 * chance (the same paper, section 4).
 */
export function holm(
  pValues: readonly number[],
  weights: readonly number[] = pValues.map(() => 1),
): number[] {
  const weighted = pValues.map((p, index) => p / (weights[index] as number));
  const order = pValues.map((_, index) => index);
  order.sort((a, b) => (weighted[a] as number) - (weighted[b] as number));
  let remaining = weights.reduce((sum, weight) => sum + weight, 0);
  const adjusted = new Array<number>(pValues.length).fill(1);
  let running = 0;
  for (const index of order) {
    running = Math.max(running, Math.min(1, remaining * (weighted[index] as number)));
    adjusted[index] = running;
    remaining -= weights[index] as number;
  }
  return adjusted;
}
