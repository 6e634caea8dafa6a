/** What `promise` gives; undefined as soon as `signal` is aborted, whatever becomes of it then. */
export async function unlessAborted<T>(
  promise: Promise<T>,
  signal: AbortSignal,
): Promise<T | undefined> {
  const aborted = Promise.withResolvers<undefined>();
  const forget = onAbort(signal, () => aborted.resolve(undefined));
  try {
    return await Promise.race([aborted.promise, promise]);
  } finally {
    forget();
  }
}

/**
 * Calls `act` when `signal` is aborted, and at once where that has happened already: while something was
 * started, say. Call what it returns to have it forgotten.
 */
export function onAbort(signal: AbortSignal, act: () => void): () => void {
  if (signal.aborted) act();
  signal.addEventListener("abort", act);
  return () => signal.removeEventListener("abort", act);
}
