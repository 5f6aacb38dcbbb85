/** Two texts line by line: what stayed, what went, what came. Pure. */

export type AlignedLine = readonly [mark: " " | "-" | "+", text: string];

/** Entries of the table; beyond them a comparison would cost more than it tells. */
const tableMax = 4_000_000;

export function alignLines(before: string, after: string): readonly AlignedLine[] {
  const [a, b] = [linesOf(before), linesOf(after)];
  const shorter = Math.min(a.length, b.length);
  let head = 0;
  while (head < shorter && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < shorter - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
  const same = (lines: readonly string[]): readonly AlignedLine[] => lines.map((line) => [" ", line]);
  return [
    ...same(a.slice(0, head)),
    ...alignMiddle(a.slice(head, a.length - tail), b.slice(head, b.length - tail)),
    ...same(a.slice(a.length - tail)),
  ];
}

const linesOf = (text: string): readonly string[] => (text === "" ? [] : text.replace(/\n$/, "").split("\n"));

/** Longest common subsequence by the table of its lengths; all of one behind all of the other where that is too large. */
function alignMiddle(a: readonly string[], b: readonly string[]): readonly AlignedLine[] {
  if (a.length * b.length > tableMax)
    return [...a.map((line) => ["-", line] as const), ...b.map((line) => ["+", line] as const)];
  const lengths = Array.from({ length: a.length + 1 }, () => new Uint32Array(b.length + 1));
  const at = (i: number, j: number): number => lengths[i]?.[j] ?? 0;
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      (lengths[i] as Uint32Array)[j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const result: AlignedLine[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && a[i] === b[j]) {
      result.push([" ", a[i++] ?? ""]);
      j++;
    } else if (i < a.length && (j === b.length || at(i + 1, j) >= at(i, j + 1))) result.push(["-", a[i++] ?? ""]);
    else result.push(["+", b[j++] ?? ""]);
  }
  return result;
}
