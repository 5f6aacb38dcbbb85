/** Demand, supply and violations over time as SVG: one panel for each scaler and tier, all to one scale. Pure. */
import { formatInstant, type Instant } from "@netwright/base";
import type { Result } from "./simulation.ts";
import type { TierResult } from "./tier.ts";

export interface ChartInput {
  readonly title: string;
  /** Of the trace; 0 where its times are relative. */
  readonly start: Instant;
  /** Seconds. */
  readonly length: number;
  readonly results: readonly Result[];
}

const size = { width: 1000, left: 56, right: 16, top: 44, panel: 110, gap: 42, foot: 28 } as const;
const plotWidth = size.width - size.left - size.right;

const style = `text{font:12px sans-serif;fill:#333}.title{font-size:15px;font-weight:bold}.name{font-weight:bold}
.grid{stroke:#ddd}.demand{fill:none;stroke:#1f4e9c;stroke-width:1.2}.supply{fill:#f0b24a;fill-opacity:.55;stroke:#c47f00;stroke-width:.8}
.violated{fill:#d62728}.background{fill:#fff}`;

export function renderChart({ title, start, length, results }: ChartInput): string {
  const panels = results.flatMap((result) => result.tiers.map((tier) => ({ result, tier })));
  const highest = Math.max(1, ...panels.flatMap(({ tier }) => [...tier.series.demand, ...tier.series.most]));
  const height = size.top + panels.length * (size.panel + size.gap) + size.foot;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${height}" width="${size.width}" height="${height}" role="img" aria-label="${escape(title)}">`,
    `<title>${escape(title)}</title><style>${style}</style>`,
    `<rect class="background" width="${size.width}" height="${height}"/>`,
    `<text class="title" x="${size.left}" y="18">${escape(title)}</text>`,
    legend(),
    ...panels.map(({ result, tier }, index) => panel(result, tier, { highest, length, top: topOf(index) })),
    timeAxis(start, length, topOf(panels.length - 1) + size.panel),
    "</svg>\n",
  ].join("\n");
}

const topOf = (index: number): number => size.top + size.gap / 2 + index * (size.panel + size.gap);

function legend(): string {
  const [x, y] = [size.left, 36];
  return [
    `<path class="demand" d="M${x} ${y - 4}h24"/><text x="${x + 30}" y="${y}">instances needed</text>`,
    `<rect class="supply" x="${x + 150}" y="${y - 9}" width="24" height="10"/><text x="${x + 180}" y="${y}">instances serving</text>`,
    `<rect class="violated" x="${x + 310}" y="${y - 9}" width="10" height="10"/><text x="${x + 326}" y="${y}">objective missed</text>`,
  ].join("");
}

interface Scale {
  /** Instances at the upper edge. */
  readonly highest: number;
  /** Seconds at the right edge. */
  readonly length: number;
  /** Of the panel. */
  readonly top: number;
}

const round = (value: number): number => Math.round(value * 10) / 10;

function panel(result: Result, tier: TierResult, scale: Scale): string {
  const { top, highest } = scale;
  const [y, bottom] = [(value: number): number => round(bottomOf(top) - (value / highest) * size.panel), bottomOf(top)];
  const name = result.tiers.length === 1 ? result.scaler : `${result.scaler}, ${tier.name}`;
  const words = `${result.cost.toFixed(2)} times the least cost, ${result.violations.toFixed(3)} % violations, ${result.actions} actions`;
  const ticks = [0, Math.ceil(highest / 2), highest].map(
    (value) =>
      `<path class="grid" d="M${size.left} ${y(value)}h${plotWidth}"/><text x="${size.left - 6}" y="${y(value) + 4}" text-anchor="end">${value}</text>`,
  );
  return [
    `<g><title>${escape(`${name}: ${words}`)}</title>`,
    `<text class="name" x="${size.left}" y="${top - 6}">${escape(name)}</text><text x="${size.width - size.right}" y="${top - 6}" text-anchor="end">${words}</text>`,
    ...ticks,
    `<path class="supply" d="${area(tier, scale, y)}"/>`,
    `<path class="demand" d="${steps(tier.series.demand, tier, scale, y)}"/>`,
    ...violated(result, tier.series.step, scale, bottom),
    "</g>",
  ].join("\n");
}

const bottomOf = (top: number): number => top + size.panel;
const xOf = (second: number, { length }: Scale): number =>
  round(size.left + (Math.min(second, length) / length) * plotWidth);

/** A line that keeps its height for the whole of each part. */
function steps(values: readonly number[], { series }: TierResult, scale: Scale, y: (value: number) => number): string {
  return values
    .map((value, index) => {
      const [from, to] = [xOf(index * series.step, scale), xOf((index + 1) * series.step, scale)];
      return `${index === 0 ? "M" : "L"}${from} ${y(value)}H${to}`;
    })
    .join("");
}

/** From nothing to the most that served in each part. */
function area(tier: TierResult, scale: Scale, y: (value: number) => number): string {
  const line = steps(tier.series.most, tier, scale, y);
  return `M${size.left} ${y(0)}${line.replace("M", "L")}L${xOf(scale.length, scale)} ${y(0)}Z`;
}

/** The width of a part, and its height by the share of it in which the objective was missed. */
function violated({ perPart }: Result, step: number, scale: Scale, bottom: number): readonly string[] {
  return perPart.flatMap((missed, index) => {
    if (missed === 0) return [];
    const [from, to] = [xOf(index * step, scale), xOf((index + 1) * step, scale)];
    const height = round(2 + (8 * missed) / step);
    return [
      `<rect class="violated" x="${from}" y="${bottom}" width="${Math.max(1, round(to - from))}" height="${height}"/>`,
    ];
  });
}

/** Spans between marks, seconds; the first that leaves at most ten marks. */
const spans = [1, 10, 60, 300, 900, 3600, 10_800, 21_600, 86_400, 604_800, 2_419_200];

function timeAxis(start: Instant, length: number, bottom: number): string {
  const span = spans.find((each) => length / each <= 10) ?? length;
  return Array.from({ length: Math.floor(length / span) + 1 }, (_, index) => {
    const x = xOf(index * span, { length, highest: 1, top: 0 });
    return `<path class="grid" d="M${x} ${size.top + size.gap / 2}V${bottom}"/><text x="${x}" y="${bottom + 26}" text-anchor="middle">${timeText(start, index * span, span)}</text>`;
  }).join("\n");
}

function timeText(start: Instant, second: number, span: number): string {
  if (start !== 0) {
    const text = formatInstant((start + second * 1000) as Instant);
    return span >= 86_400 ? text.slice(0, 10) : text.slice(11, span >= 60 ? 16 : 19);
  }
  const [unit, name] =
    span >= 86_400 ? [86_400, "d"] : span >= 3600 ? [3600, "h"] : span >= 60 ? [60, "min"] : [1, "s"];
  return `${round(second / unit)} ${name}`;
}

const escape = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
