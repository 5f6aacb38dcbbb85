/** The lines in which two texts differ, with a little context, as diff -u shows them. Pure. */

const context = 2;

type Line = readonly [mark: " " | "-" | "+", text: string];

/** Empty when the texts are equal. */
export function renderLineDiff(before: string, after: string, title: string): string {
  if (before === after) return "";
  const lines = align(linesOf(before), linesOf(after));
  const near = lines.map((_, index) =>
    lines.slice(Math.max(0, index - context), index + context + 1).some(([mark]) => mark !== " "),
  );
  const shown = lines.flatMap(([mark, text], index) => {
    if (near[index] !== true) return [];
    return near[index - 1] === false && index > 0 ? ["  ...", `${mark} ${text}`] : [`${mark} ${text}`];
  });
  return `${title}\n${shown.map((line) => `${line}\n`).join("")}`;
}

const linesOf = (text: string): readonly string[] => (text === "" ? [] : text.replace(/\n$/, "").split("\n"));

/** Longest common subsequence by the table of its lengths; manifests are short. */
function align(a: readonly string[], b: readonly string[]): readonly Line[] {
  const lengths = Array.from({ length: a.length + 1 }, () => new Uint32Array(b.length + 1));
  const at = (i: number, j: number): number => lengths[i]?.[j] ?? 0;
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      (lengths[i] as Uint32Array)[j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const result: Line[] = [];
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
