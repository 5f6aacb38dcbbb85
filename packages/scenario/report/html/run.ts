/** One run on the page: its network, its time, its traffic, its steps with their evidence. Pure. */
import { formatDuration, formatInstant } from "@netwright/base";
import { oneLine } from "../printable.ts";
import type { FaultReport, LoadReport, RunReport } from "../report.ts";
import { checksOf, isBadVerdict, runTitle, singleSteps } from "../steps.ts";
import { renderFile, renderStep } from "./evidence.ts";
import { cell, folded, numberCell, table, tableRow, tag, text, verbatim, verdictMark } from "./markup.ts";
import { drawNetwork } from "./network.ts";
import type { ReportFiles } from "./report-files.ts";
import { drawTimeline } from "./timeline.ts";
import { drawTraffic } from "./traffic.ts";

/** @param number of the run in its session, from 1 on */
export const runAnchor = (number: number): string => `run-${number}`;
/** @param step its place among the run's single steps, from 0 on */
export const stepAnchor = (number: number, step: number): string => `run-${number}-step-${step + 1}`;

export function renderRun(run: RunReport, number: number, files: ReportFiles): string {
  const bad = isBadVerdict(run.verdict);
  const anchor = (step: number): string => stepAnchor(number, step);
  const parts = [
    section("Network", drawNetwork(run.network, run.faults)),
    section("Time", drawTimeline(run, anchor)),
    section("Faults", faultTable(run.faults)),
    section("Traffic", run.loads.map((load) => drawTraffic(run, load) + loadFailures(load)).join("")),
    section(
      "Steps",
      singleSteps(run)
        .map((step, index) => renderStep(step, anchor(index), files))
        .join("\n"),
    ),
    section("Collected when it failed", collected(run, files)),
  ];
  return tag(
    "article",
    { id: runAnchor(number), class: bad ? "bad" : undefined },
    tag("h2", {}, `${verdictMark(run.verdict)} ${text(runTitle(run))}`),
    run.description === null ? "" : tag("p", {}, text(run.description)),
    facts(run),
    bad ? parts.join("\n") : folded("Details", parts.join("\n")),
  );
}

const section = (title: string, inside: string): string => (inside === "" ? "" : tag("h3", {}, title) + inside);

function facts(run: RunReport): string {
  const { took, labTook, seed, begunAt, file, reason, repeat } = run;
  const lab = labTook === null ? "in a lab that stood" : `lab up in ${formatDuration(labTook)}`;
  const words = `${file}, ${formatDuration(took)}, ${lab}, ${checksOf(run).length} checks, seed ${seed}, began ${formatInstant(begunAt)}`;
  return (
    tag("p", { class: "muted" }, text(words)) +
    (reason === null ? "" : tag("p", {}, tag("strong", {}, text(oneLine(reason))))) +
    tag("p", {}, "Once more: ", tag("code", {}, text(repeat)))
  );
}

function faultTable(faults: readonly FaultReport[]): string {
  if (faults.length === 0) return "";
  const row = ({ description, at, until, skipped }: FaultReport, index: number): string =>
    tableRow([
      numberCell(String(index + 1)),
      cell(text(description)),
      numberCell(text(formatDuration(at))),
      numberCell(text(skipped === null ? (until === null ? "the end" : formatDuration(until)) : "")),
      cell(skipped === null ? "" : `skipped: ${text(skipped)}`),
    ]);
  return table(["", "Fault", "From", "To", ""], faults.map(row));
}

function loadFailures({ name, description, succeeded, failed, p50, p99, failures }: LoadReport): string {
  const spans = [["p50", p50] as const, ["p99", p99] as const].flatMap(([label, span]) =>
    span === null ? [] : [`${label} ${formatDuration(span)}`],
  );
  const words = [`${name}: ${description}`, `${succeeded} succeeded`, `${failed} failed`, ...spans].join(", ");
  const lines = failures.map(({ at, message }) => `${formatDuration(at)}  ${oneLine(message)}`);
  return (
    tag("p", { class: "muted" }, text(words)) +
    (lines.length === 0 ? "" : folded(`The first ${lines.length} that failed`, verbatim(lines.join("\n"))))
  );
}

function collected({ artefacts }: RunReport, files: ReportFiles): string {
  if (artefacts === null) return "";
  const paths = files.below(artefacts);
  const whole = tag("p", {}, tag("a", { href: files.href(artefacts) }, tag("code", {}, text(artefacts))));
  return whole + paths.map((path) => renderFile(path.slice(artefacts.length + 1), path, files)).join("\n");
}
