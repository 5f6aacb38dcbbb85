/** The lines in which two texts differ, with a little context, as diff -u shows them. Pure. */
import { alignLines } from "@netwright/base";

const context = 2;

/** Empty when the texts are equal. */
export function renderLineDiff(before: string, after: string, title: string): string {
  if (before === after) return "";
  const lines = alignLines(before, after);
  const near = lines.map((_, index) =>
    lines.slice(Math.max(0, index - context), index + context + 1).some(([mark]) => mark !== " "),
  );
  const shown = lines.flatMap(([mark, text], index) => {
    if (near[index] !== true) return [];
    return near[index - 1] === false && index > 0 ? ["  ...", `${mark} ${text}`] : [`${mark} ${text}`];
  });
  return `${title}\n${shown.map((line) => `${line}\n`).join("")}`;
}
