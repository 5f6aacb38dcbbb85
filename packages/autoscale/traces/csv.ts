/** A trace as a table: one line a step, its time and the rate of requests in it. Pure. */
import { milliseconds, NetwrightError, type Diagnostic, type ErrorCode, type Instant } from "@netwright/base";
import { timeOf } from "./csv-time.ts";
import { longestTrace } from "./trace.ts";
import type { ReadOptions, ReadTrace, TraceReader } from "./read-trace.ts";

interface Row {
  /** ms */
  readonly at: number;
  readonly value: number;
  readonly line: number;
}

const example = 'a line is a time and a rate, for example "2026-01-05T00:00:00Z,120.5" or "60,120.5"';
/** Columns that count the requests of a step, instead of giving a rate a second. */
const counts = /^(requests|count|hits)$/i;

/** @param passed lines before the first one that it is given */
export function csvReader(options: ReadOptions, passed = 0): TraceReader {
  const rows: Row[] = [];
  let line = passed;
  let heading: string | undefined;
  return {
    line: (text) => {
      line += 1;
      if (text.trim() === "" || text.startsWith("#")) return;
      const cells = text.split(/[,;\t]/).map((cell) => cell.trim().replace(/^"(.*)"$/, "$1"));
      if (cells.length !== 2) throw fault(options, line, `${cells.length} columns; there are to be two`, example);
      const [time = "", value = ""] = cells;
      const isHeading = rows.length === 0 && heading === undefined && timeOf(time) === undefined && !isNumber(value);
      if (isHeading) return void (heading = value);
      rows.push(follow(options, rows.at(-1), { ...readRow(options, line, time, value), line }));
    },
    end: () => traceOf(options, rows, heading),
  };
}

const isNumber = (text: string): boolean => /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text);

function readRow(options: ReadOptions, line: number, time: string, value: string): { at: number; value: number } {
  const at = timeOf(time);
  if (at === undefined) throw fault(options, line, `${JSON.stringify(time)} is no time`, example);
  if (at < 0) throw fault(options, line, `the time ${time} is negative`, "count from 0 or from 1970");
  if (!isNumber(value)) throw fault(options, line, `${JSON.stringify(value)} is no rate`, example);
  if (Number(value) < 0) throw fault(options, line, `the rate ${value} is negative`, "a rate is 0 or more");
  return { at, value: Number(value) };
}

function follow(options: ReadOptions, before: Row | undefined, row: Row): Row {
  if (before === undefined || row.at > before.at) return row;
  const what = row.at === before.at ? "has the same time as the one before" : "is earlier than the one before";
  throw fault(options, row.line, `this line ${what}`, "sort the lines by time, one for each step", "NW1122");
}

function traceOf(options: ReadOptions, rows: readonly Row[], heading: string | undefined): ReadTrace {
  const [first, second] = rows;
  if (first === undefined || second === undefined)
    throw fault(options, rows[0]?.line ?? 1, "a trace has at least two lines with a time and a rate", example);
  const step = stepOf(options, rows);
  const last = rows.at(-1) ?? second;
  if (last.at - first.at > longestTrace)
    throw fault(options, last.line, "the trace is longer than 400 days", "is the time of this line right?", "NW1122");
  const perStep = heading !== undefined && counts.test(heading) ? step / 1000 : 1;
  const rates = new Float64Array((last.at - first.at) / step + 1);
  let [filled, gaps] = [0, 0];
  let before = first;
  for (const row of rows) {
    const [from, to] = [(before.at - first.at) / step + 1, (row.at - first.at) / step];
    if (options.gaps === "hold") rates.fill(before.value / perStep, from, to);
    rates[to] = row.value / perStep;
    filled += Math.max(0, to - from);
    gaps += to > from ? 1 : 0;
    before = row;
  }
  const how = options.gaps === "hold" ? "the rate before goes on" : "taken as no requests";
  return {
    trace: { name: options.file, start: first.at as Instant, step: milliseconds(step), rates },
    notes:
      gaps === 0
        ? []
        : [
            `${options.file}: ${steps(filled)} of ${step / 1000} s missing in ${gaps === 1 ? "one gap" : `${gaps} gaps`}: ${how}`,
          ],
  };
}

/** The shortest distance of two lines. All others are a multiple of it, and more than once it is a gap. */
function stepOf(options: ReadOptions, rows: readonly Row[]): number {
  let step = Infinity;
  for (let index = 1; index < rows.length; index += 1) step = Math.min(step, distance(rows, index));
  const whole = "steps are whole seconds, all of one length: sum or average the data so first";
  for (let index = 1; index < rows.length; index += 1) {
    const [row, apart] = [rows[index] as Row, distance(rows, index)];
    if (step % 1000 !== 0 || apart % step !== 0)
      throw fault(
        options,
        row.line,
        `${apart / 1000} s after the line before, not a multiple of ${step / 1000} s`,
        whole,
        "NW1122",
      );
    if (apart > step && options.gaps === "refuse")
      throw fault(
        options,
        row.line,
        `${steps(apart / step - 1)} of ${step / 1000} s missing before this line`,
        "--gaps hold repeats the rate before the gap, --gaps zero takes it that nobody came",
        "NW1122",
      );
  }
  return step;
}

const steps = (count: number): string => (count === 1 ? "1 step" : `${count} steps`);

const distance = (rows: readonly Row[], index: number): number => (rows[index]?.at ?? 0) - (rows[index - 1]?.at ?? 0);

export function fault(
  { file }: Pick<ReadOptions, "file">,
  line: number,
  message: string,
  hint: NonNullable<Diagnostic["hint"]>,
  code: ErrorCode = "NW1121",
): NetwrightError {
  return new NetwrightError(code, message, { source: { file, line, column: 1 }, hint });
}
