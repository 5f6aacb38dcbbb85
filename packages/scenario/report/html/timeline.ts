/** Steps and faults of a run over time, as SVG. Pure. */
import { formatDuration, milliseconds } from "@netwright/base";
import { oneLine } from "../printable.ts";
import type { FaultReport, RunReport, StepReport } from "../report.ts";
import { singleSteps, stepNumber } from "../steps.ts";
import { tag, text, verdictSign, verdictWord } from "./markup.ts";
import { chart, drawBands, drawTicks, round, timeAxis, type TimeAxis } from "./time-axis.ts";

const lane = 22;
const labelMax = 38;

const cut = (words: string): string => (words.length > labelMax ? `${words.slice(0, labelMax - 1)}…` : words);

/** @param anchor of the step's details, by its place */
export function drawTimeline(run: RunReport, anchor: (step: number) => string): string {
  const steps = singleSteps(run);
  if (steps.length === 0) return "";
  const axis = timeAxis(run.took);
  const faults = run.faults
    .map((fault, index) => ({ fault, number: index + 1 }))
    .filter(({ fault }) => fault.skipped === null);
  const height = (steps.length + faults.length) * lane + 6;
  const title = `${steps.length} steps and ${faults.length} faults in ${formatDuration(run.took)}`;
  return tag(
    "svg",
    { viewBox: `0 0 ${chart.width} ${height + 18}`, width: chart.width, role: "img", "aria-label": title },
    tag("title", {}, text(title)),
    drawBands(axis, run.faults, height),
    drawTicks(axis, height),
    ...steps.map((step, index) => tag("a", { href: `#${anchor(index)}` }, drawStep(axis, step, index * lane))),
    ...faults.map(({ fault, number }, index) => drawFault(axis, fault, number, (steps.length + index) * lane)),
  );
}

function drawStep(axis: TimeAxis, step: StepReport, top: number): string {
  const { at, took, verdict, name, reason } = step;
  const [from, to] = [axis.x(at), axis.x(milliseconds(at + took))];
  const width = round(Math.max(3, to - from));
  const words = `${stepNumber(step)}: ${oneLine(name)}: ${verdictWord(verdict)} after ${formatDuration(took)}`;
  return (
    tag("title", {}, text(reason === null ? words : `${words}: ${oneLine(reason)}`)) +
    tag(
      "text",
      { x: 0, y: top + 15 },
      text(`${verdictSign(verdict)} ${cut(`${step.index.length > 1 ? "· " : ""}${oneLine(name)}`)}`),
    ) +
    tag("rect", { class: `bar ${verdict}`, x: from, y: top + 5, width, height: lane - 9, rx: 2 }) +
    (verdict === "Passed"
      ? ""
      : tag("text", { class: "halo", ...besideBar(from, to), y: top + 15 }, verdictSign(verdict)))
  );
}

/** Behind the bar, before it where the chart ends. */
const besideBar = (from: number, to: number): { readonly x: number; readonly "text-anchor": string } =>
  to > chart.right - 20 ? { x: from - 6, "text-anchor": "end" } : { x: to + 6, "text-anchor": "start" };

function drawFault(axis: TimeAxis, { description, at, until }: FaultReport, number: number, top: number): string {
  const [from, to] = [axis.x(at), axis.x(until ?? axis.end)];
  const words = `fault ${number}: ${oneLine(description)}, ${until === null ? "to the end" : `for ${formatDuration(milliseconds(until - at))}`}`;
  return tag(
    "g",
    {},
    tag("title", {}, text(words)),
    tag("text", { x: 0, y: top + 15 }, text(cut(`fault ${number}: ${oneLine(description)}`))),
    tag("rect", { class: "fault", x: from, y: top + 8, width: round(Math.max(3, to - from)), height: 6, rx: 3 }),
  );
}
