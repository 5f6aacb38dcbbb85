/** A trace for people: one line a hop, ways of equal cost below each other, what is wrong below it, the verdict last. Pure. */
import type { ConnectionTrace, TraceHop } from "@netwright/api";

const verdicts = {
  Delivered: "gets through",
  Dropped: "does not get through",
  Broken: "does not get through as it should",
} as const;

export const renderTrace = ({ verdict, hops, reason }: ConnectionTrace): string =>
  `${renderHops(hops)}${verdicts[verdict]}: ${reason}\n`;

/** The way alone. */
export function renderHops(hops: readonly TraceHop[]): string {
  const width = Math.max(0, ...hops.map(({ place }) => place.length));
  const numbers = numbersOf(hops);
  const longest = Math.max(0, ...numbers.map((number) => number.length));
  return hops.map((hop, index) => renderHop(hop, (numbers[index] ?? "").padStart(longest), width)).join("");
}

/** A way of equal cost has no number of its own: the connection takes it instead of the one above. */
function numbersOf(hops: readonly TraceHop[]): readonly string[] {
  let count = 0;
  return hops.map(({ insteadOf }) => (insteadOf === undefined ? String((count += 1)) : "or"));
}

function renderHop({ place, step, detail, rule, findings }: TraceHop, number: string, width: number): string {
  const margin = " ".repeat(number.length + 2 + width + 2);
  const where = rule?.source === undefined ? "" : `, ${rule.source.file}:${rule.source.line}`;
  return [
    `${number}  ${place.padEnd(width)}  ${step}${detail === "" ? "" : ` (${detail})`}`,
    ...(rule === undefined ? [] : [`${margin}by ${rule.object} ${rule.field}${where}`]),
    ...findings.map((finding) => `${margin}! ${finding}`),
  ]
    .map((line) => `${line}\n`)
    .join("");
}
