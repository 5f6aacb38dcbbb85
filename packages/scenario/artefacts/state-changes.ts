/** What changed at nodes between two looks, as `diff -u` shows it, without what changes by itself. Pure. */
import { alignLines, type AlignedLine } from "@netwright/base";

/** By node. */
export type NodeTexts = ReadonlyMap<string, string>;

/** Counters and ages differ between any two looks and would hide the rest. */
const restless: readonly (readonly [RegExp, string])[] = [
  [/\bcounter packets \d+ bytes \d+/g, "counter"],
  [/\b(expires|valid_lft|preferred_lft|age) \d+\w*/g, "$1 ..."],
  [/\b(used|updated) [\d/.]+\w*/g, "$1 ..."],
  [/(?: router)? (REACHABLE|STALE|DELAY|PROBE)\b/g, " known"],
  [/\bprobes \d+ ?/g, ""],
];

const steady = (text: string): string =>
  restless.reduce((result, [pattern, instead]) => result.replaceAll(pattern, instead), text);

/** Empty when nothing changed. */
export const stateChanges = (before: NodeTexts, after: NodeTexts): string =>
  [...after]
    .map(([node, text]) => {
      const old = before.get(node);
      return old === undefined ? "" : unifiedDiff(steady(old), steady(text), `before/${node}.txt`, `nodes/${node}.txt`);
    })
    .join("");

const context = 3;

/** Empty when the texts are equal. */
export function unifiedDiff(before: string, after: string, from: string, to: string): string {
  const lines = alignLines(before, after);
  const changes = [...lines.keys()].filter((index) => lines[index]?.[0] !== " ");
  if (changes.length === 0) return "";
  const hunks = rangesAround(changes, lines.length).map(([start, end]) => hunk(lines, start, end));
  return `--- ${from}\n+++ ${to}\n${hunks.join("")}`;
}

/** With so many lines around each; those that touch are one. */
function rangesAround(changes: readonly number[], length: number): readonly (readonly [start: number, end: number])[] {
  const ranges: [start: number, end: number][] = [];
  for (const index of changes) {
    const [start, end] = [Math.max(0, index - context), Math.min(length, index + context + 1)];
    const last = ranges.at(-1);
    if (last !== undefined && start <= last[1]) last[1] = end;
    else ranges.push([start, end]);
  }
  return ranges;
}

function hunk(lines: readonly AlignedLine[], start: number, end: number): string {
  const count = (own: readonly AlignedLine[], mark: "-" | "+"): number =>
    own.filter(([each]) => each === " " || each === mark).length;
  const [before, own] = [lines.slice(0, start), lines.slice(start, end)];
  const range = (mark: "-" | "+"): string => {
    const length = count(own, mark);
    // An empty range stands behind the line that it names.
    return `${count(before, mark) + (length === 0 ? 0 : 1)},${length}`;
  };
  return `@@ -${range("-")} +${range("+")} @@${sectionOf(before)}\n${own.map(([mark, text]) => `${mark}${text}\n`).join("")}`;
}

/** The heading above, as diff -p names the function. */
function sectionOf(before: readonly AlignedLine[]): string {
  const heading = before.findLast(([, text]) => text.startsWith("== "));
  return heading === undefined ? "" : ` ${heading[1].slice(3)}`;
}
