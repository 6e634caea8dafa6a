/** Whether `condition` comes to hold within half a minute. */
export async function until(condition: () => boolean): Promise<boolean> {
  for (const endMs = Date.now() + 30_000; Date.now() < endMs; await Bun.sleep(10)) {
    if (condition()) return true;
  }
  return condition();
}
