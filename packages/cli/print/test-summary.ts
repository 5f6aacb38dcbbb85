/** The end of a session of tests: how often what ran repeatedly passed, and all of it in one line. Pure. */
import { attemptsOf, differencesOf, shareText, type Attempts } from "@netwright/scenario/report/attempts.ts";
import { oneLine } from "@netwright/scenario/report/printable.ts";
import type { SessionReport } from "@netwright/scenario/report/report.ts";
import { isBadVerdict } from "@netwright/scenario/report/steps.ts";
import { summaryText } from "@netwright/scenario/report/summary.ts";
import { paint } from "./paint.ts";
import { renderTable } from "./table.ts";

export function renderSummary(session: SessionReport, colored: boolean): string {
  const failed = session.runs.some(({ verdict }) => isBadVerdict(verdict));
  return `${repeats(session)}${paint(summaryText(session), failed ? "red" : "green", colored)}\n`;
}

/** Empty when nothing ran more than once. */
function repeats(session: SessionReport): string {
  const attempts = attemptsOf(session);
  if (attempts.every(({ runs }) => runs.length === 1)) return "";
  const table = renderTable(["SCENARIO", "PASSED", "RATE", "95 % INTERVAL"], attempts.map(row));
  const differences = attempts
    .map((each) => [each.id, differencesOf(each)] as const)
    .filter(([, lines]) => lines.length > 0);
  const blocks = differences.map(
    ([id, lines]) => `\nWhat differs in ${oneLine(id)}:\n${lines.map((line) => `  ${line}\n`).join("")}`,
  );
  return `\n${table}${blocks.join("")}\n`;
}

function row({ id, passed, judged, interval }: Attempts): readonly string[] {
  if (interval === null) return [oneLine(id), "skipped", "-", "-"];
  return [oneLine(id), `${passed} of ${judged}`, shareText(passed / judged), interval.map(shareText).join(" to ")];
}
