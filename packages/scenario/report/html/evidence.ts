/** Steps of a run with what shows how they went: checks, commands, grids, texts and files. Pure. */
import { formatDuration } from "@netwright/base";
import { oneLine } from "../printable.ts";
import { placeText } from "../problem-text.ts";
import type { CheckReport, CommandReport, Evidence, GridRow, StepReport } from "../report.ts";
import { isBadVerdict, stepNumber } from "../steps.ts";
import { folded, table, tableRow, tag, text, cell, numberCell, verbatim, verdictMark } from "./markup.ts";
import type { ReportFiles } from "./report-files.ts";

export function renderStep(step: StepReport, id: string, files: ReportFiles): string {
  const { verdict, name, reason, mayFail, took, source, checks, commands } = step;
  const bad = isBadVerdict(verdict);
  const why = reason === null ? "" : `: ${text(oneLine(reason))}`;
  const forgiven = bad && mayFail ? " (may fail)" : "";
  const head = `${verdictMark(verdict)} ${text(`${stepNumber(step)}: ${oneLine(name)}`)} <span class="muted">${text(`${formatDuration(took)}, ${placeText(source)}`)}</span>${forgiven}${why}`;
  const inside = [
    ...(checks.length === 0 ? [] : [renderChecks(checks)]),
    ...checks.flatMap(({ evidence }) => evidence.map((each) => renderEvidence(each, files))),
    ...commands.map(renderCommand),
  ];
  if (inside.length === 0) return tag("div", { class: "step", id }, head);
  return folded(head, tag("div", {}, ...inside), bad, { class: "step", id });
}

const renderChecks = (checks: readonly CheckReport[]): string =>
  table(
    ["Check", "", "Expected", "Seen", "Looks", "Time", "Written at"],
    checks.map(({ name, verdict, expected, seen, looks, took, source }) =>
      tableRow([
        cell(text(oneLine(name))),
        cell(verdictMark(verdict)),
        cell(text(expected)),
        cell(text(seen)),
        numberCell(String(looks)),
        numberCell(text(formatDuration(took))),
        cell(text(placeText(source))),
      ]),
    ),
  );

function renderCommand({ node, command, code, stdout, stderr, took }: CommandReport): string {
  const outputs = [stdout, stderr].filter((output) => output.trim() !== "");
  const head = `<code>${text(`${node}$ ${oneLine(command)}`)}</code> <span class="muted">exit status ${code}, ${text(formatDuration(took))}</span>`;
  const full = command.trim().includes("\n") ? [command] : [];
  return folded(
    head,
    [...full, ...outputs].map(verbatim).join("") || tag("p", { class: "muted" }, "It wrote nothing."),
    code !== 0,
  );
}

function renderEvidence(evidence: Evidence, files: ReportFiles): string {
  if (evidence.kind === "Grid") return renderGrid(evidence.name, evidence.columns, evidence.rows);
  if (evidence.kind === "Text") return folded(text(oneLine(evidence.name)), verbatim(evidence.text), true);
  return renderFile(evidence.name, evidence.path, files);
}

/** A link, and the text itself where it is small. */
export function renderFile(name: string, path: string, files: ReportFiles): string {
  const link = tag("a", { href: files.href(path) }, text(oneLine(name)));
  const inlined = files.text(path);
  return inlined === undefined ? tag("p", {}, link) : folded(link, verbatim(inlined));
}

/** Rows ask, columns are asked; a cell that is not as expected says both in words, in a double frame. */
function renderGrid(name: string, columns: readonly string[], rows: readonly GridRow[]): string {
  const head = ["", ...columns].map((title) => tag("th", { scope: "col" }, text(title)));
  const body = rows.map((row) => tableRow([tag("th", { scope: "row" }, text(row.name)), ...row.cells.map(gridCell)]));
  const caption = tag("caption", {}, text(`${name}: from each row to each column`));
  return tag("div", { class: "wide" }, tag("table", { class: "grid" }, caption, tableRow(head), ...body));
}

function gridCell(own: GridRow["cells"][number]): string {
  if (own === null) return tag("td", { class: "muted" }, "·");
  if (own.expected === own.seen) return tag("td", {}, text(own.seen));
  return tag("td", { class: "wrong" }, text(`✗ ${own.seen}, not ${own.expected}`));
}
