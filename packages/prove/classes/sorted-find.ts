/** Look-ups in lists that states promise to be sorted, which is taken for a hint and not for granted. */

/** @param compare less than 0 where the item comes before what is looked for */
export function sortedFind<T>(list: readonly T[], compare: (item: T) => number): T | undefined {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const order = compare(list[middle] as T);
    if (order === 0) return list[middle];
    if (order < 0) low = middle + 1;
    else high = middle;
  }
  return list.find((item) => compare(item) === 0);
}

export const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
