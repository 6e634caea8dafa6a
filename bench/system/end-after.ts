/** Calls `end` after so long, unless it is told before that it is not needed; it then says whether it was. */
export function endAfter(withinMs: number, end: () => void): () => boolean {
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    end();
  }, withinMs);
  return () => {
    clearTimeout(timer);
    return isLate;
  };
}
