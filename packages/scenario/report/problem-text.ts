/** What went wrong in a step, in lines for terminals and for reports without mark-up. Pure. */
import { formatDuration } from "@netwright/base";
import { printable } from "./printable.ts";
import type { CheckReport, CommandReport, Evidence, GridRow, Place, StepReport } from "./report.ts";

const outputLines = 12;

/** Checks that do not hold with what was expected and seen, commands that failed, else the step's own reason. */
export function problemLines(step: StepReport): readonly string[] {
  const checks = step.checks.filter(({ verdict }) => verdict !== "Passed").flatMap(checkLines);
  const commands = step.commands.filter(({ code }) => code !== 0).flatMap(commandLines);
  // What a failed command is to blame for is the command itself.
  const isTold = checks.length > 0 || (commands.length > 0 && step.verdict === "Failed");
  const own = isTold ? [] : printable(step.reason ?? "no reason is known").split("\n");
  return [...own, ...checks, ...commands];
}

export const placeText = ({ file, line }: Place): string => `${file}:${line}`;

function checkLines({ name, source, expected, seen, looks, took, evidence }: CheckReport): readonly string[] {
  const often = looks === 1 ? [] : [`  looked    ${looks} times in ${formatDuration(took)}`];
  return [
    `${printable(name)} (${placeText(source)})`,
    ...field("expected", expected),
    ...field("seen", seen),
    ...often,
    ...evidence.flatMap(evidenceLines),
  ];
}

function field(label: string, value: string): readonly string[] {
  const [first = "", ...rest] = printable(value).split("\n");
  return [`  ${label.padEnd(9)} ${first}`, ...rest.map((line) => `${" ".repeat(12)}${line}`)];
}

export const commandLines = ({ node, command, code, stdout, stderr }: CommandReport): readonly string[] => [
  ...printable(command)
    .trim()
    .split("\n")
    .map((line, index) => (index === 0 ? `${node}$ ${line}` : `  > ${line}`)),
  ...lastLines(stdout),
  ...lastLines(stderr),
  `  exit status ${code}`,
];

function lastLines(output: string): readonly string[] {
  const lines = printable(output).split("\n");
  if (lines.at(-1) === "") lines.pop();
  const left = lines.length - outputLines;
  return [...(left > 0 ? [`  ... ${left} lines before`] : []), ...lines.slice(-outputLines).map((line) => `  ${line}`)];
}

function evidenceLines(evidence: Evidence): readonly string[] {
  if (evidence.kind === "File") return [`  ${evidence.name}: ${evidence.path}`];
  const body = evidence.kind === "Grid" ? gridLines(evidence.columns, evidence.rows) : lastLines(evidence.text);
  return [`  ${evidence.name}:`, ...body.map((line) => `  ${line}`)];
}

/** Columns two blanks apart; a cell that is not as expected says both and begins with `!`. */
export function gridLines(columns: readonly string[], rows: readonly GridRow[]): readonly string[] {
  const table = [["", ...columns], ...rows.map(({ name, cells }) => [name, ...cells.map(cellText)])];
  const widths = table[0]?.map((_, column) => Math.max(...table.map((row) => (row[column] ?? "").length))) ?? [];
  return table.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ")}`.trimEnd());
}

function cellText(cell: GridRow["cells"][number]): string {
  if (cell === null) return ".";
  return cell.expected === cell.seen ? cell.seen : `! ${cell.seen}, not ${cell.expected}`;
}
