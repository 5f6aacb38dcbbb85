/** What `netwright --help` prints. Pure. */
import type { VerbEntry } from "./verb.ts";

export function overview(entries: readonly VerbEntry[]): string {
  const verbs = entries.filter(({ hidden }) => hidden !== true);
  const width = Math.max(...verbs.map(({ name }) => name.length));
  const groups = [...new Set(verbs.map(({ group }) => group))];
  const section = (group: string): string =>
    `\n${group}\n${verbs
      .filter((verb) => verb.group === group)
      .map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}\n`)
      .join("")}`;
  return [
    "Netwright turns network services into software: a manifest becomes a public, guarded, load-balanced service.\n",
    "\nUsage: netwright VERB [ARGUMENTS] [OPTIONS]      netwright VERB --help\n",
    ...groups.map(section),
    "\nExit status: 0 done, 1 failed (plan, diff: there are differences), 2 usage, 3 not found, 4 invalid manifest,\n",
    "5 conflict, 6 unavailable or timed out, 130 interrupted.\n",
  ].join("");
}
