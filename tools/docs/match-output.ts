/**
 * Whether a command printed what a document shows. Tolerant of what differs from run to run and of nothing else:
 * times, spans, counters, ages, process numbers and digests are masked on both sides, `...` alone on a line stands for
 * any lines, and runs of blanks count as one. Pure.
 */

const masks: readonly (readonly [pattern: RegExp, mask: string])[] = [
  [/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z\b/g, "<time>"],
  [/\b\d\d:\d\d:\d\d(\.\d+)?\b/g, "<time>"],
  [/\b\d+(\.\d+)? (ms|s|min|h|d)( \d+ (min|s|h))?(?![\w])/g, "<span>"],
  [/\bexpires [\dhms]+/g, "expires <span>"],
  [/\bpackets \d+ bytes \d+/g, "packets <n> bytes <n>"],
  [/\b(pid|PID|nhid|revision|VmRSS|hostname:)[ =]\d+/g, "$1 <n>"],
  [/@if\d+/g, "@if<n>"],
  // Digests in comments of nftables objects.
  [/ [0-9a-f]{8}"/g, ' <digest>"'],
  // Digests of secrets, and numbers of tokens.
  [/\b[0-9a-f]{32}\b/g, "<digest>"],
  [/\b[0-9a-f]{16}\b/g, "<id>"],
  // Client ports of the kernel's choice.
  [/\b(sport|dport)=(?:3[2-9]|[45]\d|6[0-5])\d{3}\b/g, "$1=<port>"],
  // A client tries again where the machine is slow; neighbours speak whenever they like.
  [/\b(tcp|udp)\/(\d+) +\d+(?= +host)/g, "$1/$2 <n>"],
  [/\bactive +\d+$/g, "active <n>"],
  [/\bseed \d+/g, "seed <n>"],
  // Which of several equal instances a connection came to.
  [/\b(This is|Hello from) [a-z0-9-]+-\d+/g, "$1 <instance>"],
  // What holds of everything is proved with what is written: how many clauses that is no page is about.
  [/\b\d+ clauses?\b/g, "<n> clauses"],
  [/^\d+ steps$/g, "<n> steps"],
  // Routers that had heard of an address when the first of them had.
  [/\bannounced +to edge\d(, edge\d)?/g, "announced to <edges>"],
  // A busy machine may lose a session for a moment.
  [/\bits table: via edge\d(, edge\d)?/g, "its table: via <edges>"],
  [/\bv\d+\.\d+\.\d+\b/g, "<version>"],
];

/** One line with everything masked that differs from run to run. */
export function maskLine(line: string): string {
  const masked = masks.reduce((text, [pattern, mask]) => text.replace(pattern, mask), line);
  return masked.replace(/\s+/g, " ").trim();
}

const anyLines = "...";

/** @returns undefined when it matches, else the first shown line that was not printed where it should stand. */
export function firstMismatch(shown: readonly string[], printed: readonly string[]): string | undefined {
  const want = trimmed(shown.map(maskLine));
  const have = trimmed(printed.map(maskLine));
  // reach: positions in `have` that the shown lines so far can end at.
  let reach: readonly number[] = [0];
  for (const [index, line] of want.entries()) {
    if (line === anyLines) {
      const first = reach[0] ?? 0;
      reach = Array.from({ length: have.length - first + 1 }, (_, offset) => first + offset);
      continue;
    }
    const next = reach.filter((at) => have[at] === line).map((at) => at + 1);
    if (next.length === 0) return trimmed(shown)[index] ?? line;
    reach = next;
  }
  return reach.includes(have.length) ? undefined : `the end of the output; then came: ${have[reach.at(-1) ?? 0]}`;
}

function trimmed(lines: readonly string[]): readonly string[] {
  const last = lines.findLastIndex((line) => line.trim() !== "");
  return lines.slice(0, last + 1);
}
