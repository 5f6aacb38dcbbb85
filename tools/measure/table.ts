/** Results as an aligned table for people. */
import { describeBar } from "./benchmark.ts";
import type { Result, Summary } from "./measure.ts";

/** Three significant digits, without an exponent. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return "-";
  const digits = value === 0 ? 0 : Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return value.toFixed(Math.min(digits, 4));
}

const spread = (summary: Summary | null, unit: string): string =>
  summary === null ? "-" : `${figure(summary.median)} ${unit} (${figure(summary.min)}..${figure(summary.max)})`;

function row(result: Result): readonly string[] {
  const { ratio, interval } = result;
  const ratioText =
    ratio === null || interval === null ? "-" : `${figure(ratio)} [${figure(interval.low)}, ${figure(interval.high)}]`;
  return [
    result.benchmark,
    result.case,
    spread(result.measured, result.unit),
    spread(result.baseline, result.unit),
    ratioText,
    result.bars.map(describeBar).join(", ") || "-",
    result.bars.length === 0 ? "" : result.held ? "held" : "missed",
  ];
}

const head = ["BENCHMARK", "CASE", "MEASURED (MIN..MAX)", "BASELINE (MIN..MAX)", "RATIO [95 %]", "BAR", ""];

export function renderTable(results: readonly Result[]): string {
  const rows = [head, ...results.map(row)];
  const widths = head.map((_, column) => Math.max(...rows.map((cells) => cells[column]?.length ?? 0)));
  return rows
    .map((cells) =>
      cells
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
