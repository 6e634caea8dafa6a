/**
 * The candidate closest to `word`, for "did you mean": the only one that begins with it, or else the fewest
 * insertions, deletions and replacements (Levenshtein 1966), at most a third of the word or two, and never all.
 */
export function suggest(word: string, candidates: readonly string[]): string | undefined {
  const [whole, ...more] = word === "" ? [] : candidates.filter((own) => own.startsWith(word));
  if (whole !== undefined && more.length === 0) return whole;
  const ranked = candidates
    .map((candidate) => ({ candidate, distance: editDistance(word, candidate) }))
    .sort((a, b) => a.distance - b.distance);
  const [best] = ranked;
  const allowed = Math.min(word.length - 1, Math.max(2, Math.floor(word.length / 3)));
  return best !== undefined && best.distance <= allowed ? best.candidate : undefined;
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(replaced, (previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    previous = row;
  }
  return previous[b.length] ?? 0;
}
