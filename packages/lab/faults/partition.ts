/** Which nodes a partition keeps from hearing which. Pure. */

/**
 * By node, those it no longer hears. Two nodes that share no group do not hear each other; one way, the first group is no
 * longer heard by the others.
 */
export function deafness(
  groups: readonly (readonly string[])[],
  oneWay: boolean,
): ReadonlyMap<string, readonly string[]> {
  const members = [...new Set(groups.flat())];
  const first = new Set(groups[0]);
  const share = (a: string, b: string): boolean => groups.some((group) => group.includes(a) && group.includes(b));
  const hears = (listener: string, speaker: string): boolean => {
    if (share(listener, speaker)) return true;
    return oneWay && !first.has(speaker);
  };
  const entries = members.map(
    (listener) => [listener, members.filter((speaker) => !hears(listener, speaker))] as const,
  );
  return new Map(entries.filter(([, speakers]) => speakers.length > 0));
}
