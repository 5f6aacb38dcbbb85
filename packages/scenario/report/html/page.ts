/** The whole page of a session: one file, without scripts, and nothing from elsewhere. Pure. */
import { formatDuration, formatInstant } from "@netwright/base";
import { attemptsOf, countVerdicts, differencesOf, shareText, type Attempts } from "../attempts.ts";
import { oneLine } from "../printable.ts";
import type { RunReport, SessionReport } from "../report.ts";
import { badSteps, checksOf, isBadVerdict, runTitle, singleSteps, stepNumber } from "../steps.ts";
import { summaryText } from "../summary.ts";
import { cell, numberCell, table, tableRow, tag, text, verdictMark } from "./markup.ts";
import type { ReportFiles } from "./report-files.ts";
import { renderRun, runAnchor, stepAnchor } from "./run.ts";
import { style } from "./style.ts";

interface Numbered {
  readonly run: RunReport;
  readonly number: number;
}

/** Of one scenario that failed again and again so many attempts are shown in full. */
const failuresInFull = 20;

export function renderHtml(session: SessionReport, files: ReportFiles): string {
  const runs = session.runs.map((run, index) => ({ run, number: index + 1 }));
  const shown = inFull(runs);
  const title = `netwright test: ${summaryText(session)}`;
  const head = tag(
    "head",
    {},
    `<meta charset="utf-8"/>`,
    `<meta name="viewport" content="width=device-width, initial-scale=1"/>`,
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"/>`,
    tag("title", {}, text(title)),
    tag("style", {}, style),
  );
  const body = tag(
    "body",
    {},
    tag(
      "header",
      {},
      tag("h1", {}, text(title)),
      tag("p", { class: "muted" }, text(`Began ${formatInstant(session.begunAt)}.`)),
    ),
    failures(runs, shown),
    repeated(session),
    overview(runs, shown),
    tag(
      "main",
      {},
      ...runs.filter(({ run }) => shown.has(run)).map(({ run, number }) => `\n${renderRun(run, number, files)}`),
      "\n",
    ),
  );
  return `<!DOCTYPE html>\n${tag("html", { lang: "en" }, head, "\n", body)}\n`;
}

/** Those that failed, and of the others one of each scenario; one that did not begin has nothing to show. */
function inFull(runs: readonly Numbered[]): ReadonlySet<RunReport> {
  const byId = Map.groupBy(
    runs.map(({ run }) => run).filter(({ steps, artefacts }) => steps.length > 0 || artefacts !== null),
    ({ id }) => id,
  );
  return new Set(
    [...byId.values()].flatMap((own) => {
      const bad = own.filter(({ verdict }) => isBadVerdict(verdict)).slice(0, failuresInFull);
      const good = own.find(({ verdict }) => !isBadVerdict(verdict));
      return good === undefined ? bad : [good, ...bad];
    }),
  );
}

function failures(runs: readonly Numbered[], shown: ReadonlySet<RunReport>): string {
  const bad = runs.filter(({ run }) => isBadVerdict(run.verdict));
  if (bad.length === 0) return "";
  const items = bad.flatMap(({ run, number }) => failureItems(run, number, shown.has(run)));
  return tag("nav", { "aria-label": "Failures" }, tag("h2", {}, "Failures"), tag("ul", {}, ...items));
}

function failureItems(run: RunReport, number: number, isShown: boolean): readonly string[] {
  const link = (anchor: string, words: string): string =>
    tag("li", {}, isShown ? tag("a", { href: `#${anchor}` }, text(words)) : text(words));
  const all = singleSteps(run);
  const numbers = new Map(all.map((step, index) => [stepNumber(step), index]));
  const steps = badSteps(run);
  if (steps.length === 0) return [link(runAnchor(number), `${runTitle(run)}: ${oneLine(run.reason ?? "")}`)];
  return steps.map((step) => {
    const words = `${runTitle(run)}: ${stepNumber(step)}: ${oneLine(step.name)}: ${oneLine(step.reason ?? "")}`;
    return link(stepAnchor(number, numbers.get(stepNumber(step)) ?? 0), words);
  });
}

/** Only where something ran more than once. */
function repeated({ runs }: SessionReport): string {
  const attempts = attemptsOf({ runs });
  if (attempts.every((each) => each.runs.length === 1)) return "";
  return (
    tag("h2", {}, "Attempts") +
    table(["Scenario", "Passed", "Rate", "95 % interval", "What differs"], attempts.map(attemptsRow))
  );
}

function attemptsRow(attempts: Attempts): string {
  const { id, passed, judged, interval } = attempts;
  const rate = interval === null ? "" : shareText(passed / judged);
  const bounds = interval === null ? "" : interval.map(shareText).join(" to ");
  const differences = differencesOf(attempts).map((line) => tag("li", {}, text(line)));
  return tableRow([
    cell(text(id)),
    numberCell(`${passed} of ${judged}`),
    numberCell(rate),
    numberCell(bounds),
    cell(differences.length === 0 ? "" : tag("ul", {}, ...differences)),
  ]);
}

function overview(runs: readonly Numbered[], shown: ReadonlySet<RunReport>): string {
  const { Passed, Failed, Error: errors, Skipped } = countVerdicts(runs.map(({ run }) => run));
  const caption = `${runs.length} runs: ${Passed} passed, ${Failed} failed, ${errors} could not be judged, ${Skipped} skipped`;
  const row = ({ run, number }: Numbered): string => {
    const name = text(runTitle(run));
    return tableRow([
      cell(verdictMark(run.verdict)),
      cell(shown.has(run) ? tag("a", { href: `#${runAnchor(number)}` }, name) : name),
      numberCell(text(formatDuration(run.took))),
      numberCell(String(checksOf(run).length)),
      cell(text(oneLine(run.reason ?? ""))),
    ]);
  };
  return (
    tag("h2", {}, "All runs") + tag("p", {}, caption) + table(["", "Scenario", "Time", "Checks", "Why"], runs.map(row))
  );
}
