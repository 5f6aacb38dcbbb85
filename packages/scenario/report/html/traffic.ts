/** What became of a load's requests over time, with faults behind, as SVG. Pure. */
import { formatDuration, milliseconds, type Milliseconds } from "@netwright/base";
import { oneLine } from "../printable.ts";
import type { LoadReport, RunReport } from "../report.ts";
import { tag, text } from "./markup.ts";
import { chart, drawBands, drawTicks, round, timeAxis, type TimeAxis } from "./time-axis.ts";

const counts = { top: 8, height: 90 } as const;
const slowness = { top: 118, height: 60 } as const;
const height = slowness.top + slowness.height + 6;
/** Bars would be thinner than a pixel. */
const binsMax = 600;
const tenth = 100;

interface Bin {
  readonly at: Milliseconds;
  readonly span: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly slowest: number;
}

export function drawTraffic(run: Pick<RunReport, "took" | "faults">, load: LoadReport): string {
  const axis = timeAxis(run.took);
  const bins = binsOf(load);
  const most = Math.max(1, ...bins.map(({ succeeded, failed }) => succeeded + failed));
  const slowest = Math.max(1, load.p99 ?? 0, ...bins.map((bin) => bin.slowest));
  const span = bins[0]?.span ?? tenth;
  const title = `${oneLine(load.name)}: ${load.succeeded} requests succeeded, ${load.failed} failed`;
  const label = (y: number, words: string, style = ""): string => tag("text", { x: 0, y, class: style }, text(words));
  return tag(
    "svg",
    { viewBox: `0 0 ${chart.width} ${height + 18}`, width: chart.width, role: "img", "aria-label": title },
    tag("title", {}, text(title)),
    drawBands(axis, run.faults, height),
    drawTicks(axis, height),
    label(counts.top + 14, oneLine(load.name).slice(0, 36)),
    label(counts.top + 30, `most in ${formatDuration(milliseconds(span))}: ${most}`, "small"),
    label(counts.top + 46, "below: succeeded; on top, outlined: failed", "small"),
    ...bins.map((bin) => drawBin(axis, bin, most)),
    label(slowness.top + 14, "slowest answer"),
    label(
      slowness.top + 30,
      `up to ${formatDuration(milliseconds(slowest))}${load.p99 === null ? "" : `; dashed: p99 ${formatDuration(load.p99)}`}`,
      "small",
    ),
    drawSlowest(axis, bins, slowest),
    load.p99 === null ? "" : drawBound(load.p99, slowest),
  );
}

function binsOf({ at, tenths }: LoadReport): readonly Bin[] {
  const size = Math.max(1, Math.ceil(tenths.length / binsMax));
  return Array.from({ length: Math.ceil(tenths.length / size) }, (_, index) => {
    const own = tenths.slice(index * size, (index + 1) * size);
    return {
      at: milliseconds(at + index * size * tenth),
      span: size * tenth,
      succeeded: own.reduce((sum, each) => sum + each.succeeded, 0),
      failed: own.reduce((sum, each) => sum + each.failed, 0),
      slowest: Math.max(...own.map(({ slowest }) => slowest)),
    };
  });
}

function drawBin(axis: TimeAxis, { at, span, succeeded, failed }: Bin, most: number): string {
  const [from, to] = [axis.x(at), axis.x(milliseconds(at + span))];
  const width = round(Math.max(0.6, to - from - 0.4));
  const bottom = counts.top + counts.height;
  const size = (count: number): number => round((count / most) * counts.height);
  const bar = (style: string, y: number, tall: number): string =>
    tall === 0 ? "" : tag("rect", { class: style, x: from, y: round(y), width, height: tall });
  return (
    bar("succeeded", bottom - size(succeeded), size(succeeded)) +
    bar("failed", bottom - size(succeeded) - size(failed), size(failed))
  );
}

const heightOf = (span: number, slowest: number): number =>
  round(slowness.top + slowness.height * (1 - span / slowest));

/** A tenth in which nothing ended leaves a gap. */
function drawSlowest(axis: TimeAxis, bins: readonly Bin[], slowest: number): string {
  const points = bins.map((bin, index) => {
    if (bin.succeeded + bin.failed === 0) return "";
    const before = bins[index - 1];
    const isFirst = before === undefined || before.succeeded + before.failed === 0;
    return `${isFirst ? "M" : "L"}${axis.x(milliseconds(bin.at + bin.span / 2))} ${heightOf(bin.slowest, slowest)}`;
  });
  return tag("path", { class: "slowest", d: points.join("") || "M0 0" });
}

function drawBound(p99: Milliseconds, slowest: number): string {
  const y = heightOf(p99, slowest);
  return tag("line", { class: "bound", x1: chart.left, x2: chart.right, y1: y, y2: y });
}
