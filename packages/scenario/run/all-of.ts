/** Work side by side of which none is left behind when another fails. */

/** @returns the results when all have ended. @throws the first failure, by their order, when all have ended. */
export async function allOf<T>(work: Iterable<T | PromiseLike<T>>): Promise<readonly T[]> {
  const ended = await Promise.allSettled(work);
  return ended.map((each) => {
    if (each.status === "rejected") throw each.reason;
    return each.value;
  });
}

/** In their order, each whatever became of those before. @throws the first failure, when all have ended. */
export async function eachOf(work: Iterable<() => Promise<unknown>>): Promise<void> {
  const failures: unknown[] = [];
  for (const one of work) await one().catch((error: unknown) => failures.push(error));
  if (failures.length > 0) throw failures[0];
}
