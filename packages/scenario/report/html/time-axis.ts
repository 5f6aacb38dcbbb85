/** The time of a run from left to right: steps, faults and traffic share it, so that what stands below each other was at once. Pure. */
import { formatDuration, milliseconds, type Milliseconds } from "@netwright/base";
import type { FaultReport } from "../report.ts";
import { tag, text } from "./markup.ts";

export const chart = { width: 960, left: 250, right: 940 } as const;

export interface TimeAxis {
  readonly x: (at: Milliseconds) => number;
  readonly end: Milliseconds;
  readonly ticks: readonly Milliseconds[];
}

/** Rounded, so that pages stay small and equal runs give equal pages. */
export const round = (value: number): number => Math.round(value * 10) / 10;

export function timeAxis(took: Milliseconds): TimeAxis {
  const end = milliseconds(Math.max(1, took));
  const step = tickStep(end);
  return {
    end,
    x: (at) => round(chart.left + (Math.min(Math.max(0, at), end) / end) * (chart.right - chart.left)),
    ticks: Array.from({ length: Math.floor(end / step) + 1 }, (_, index) => milliseconds(index * step)),
  };
}

const ticksAbout = 8;

/** 1, 2 or 5 times a power of ten, so that there are no more than so many. */
function tickStep(end: Milliseconds): number {
  const raw = end / ticksAbout;
  const power = 10 ** Math.floor(Math.log10(raw));
  return ([1, 2, 5].find((factor) => factor * power >= raw) ?? 10) * power;
}

export function drawTicks({ ticks, x }: TimeAxis, height: number): string {
  return ticks
    .map(
      (at) =>
        tag("line", { class: "axis", x1: x(at), x2: x(at), y1: 0, y2: height }) +
        tag("text", { class: "small", x: x(at), y: height + 12, "text-anchor": "middle" }, text(tickText(at))),
    )
    .join("");
}

const tickText = (at: Milliseconds): string => (at === 0 ? "0" : formatDuration(at).replace(/\.?0+ s$/, " s"));

/** Shades behind a chart while a fault was. */
export const drawBands = (axis: TimeAxis, faults: readonly FaultReport[], height: number): string =>
  faults
    .filter(({ skipped }) => skipped === null)
    .map(({ description, at, until }) => {
      const [from, to] = [axis.x(at), axis.x(until ?? axis.end)];
      return tag(
        "rect",
        { class: "band", x: from, y: 0, width: round(Math.max(1, to - from)), height },
        tag("title", {}, text(description)),
      );
    })
    .join("");
