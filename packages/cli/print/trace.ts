/** A trace for people: one line a hop, what is wrong below it, the verdict last. Pure. */
import type { ConnectionTrace, TraceHop } from "@netwright/api";

const verdicts = {
  Delivered: "gets through",
  Dropped: "does not get through",
  Broken: "does not get through as it should",
} as const;

export function renderTrace({ verdict, hops, reason }: ConnectionTrace): string {
  const width = Math.max(0, ...hops.map(({ place }) => place.length));
  const number = (index: number): string => String(index + 1).padStart(String(hops.length).length);
  return `${hops.map((hop, index) => renderHop(hop, number(index), width)).join("")}${verdicts[verdict]}: ${reason}\n`;
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
