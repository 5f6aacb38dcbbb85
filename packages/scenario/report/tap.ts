/** TAP 14: a test for each run with its steps as a subtest, failures explained in YAML. Pure. */
import { oneLine, printable } from "./printable.ts";
import { placeText } from "./problem-text.ts";
import type { CheckReport, RunReport, SessionReport, StepReport } from "./report.ts";
import { isBadVerdict, ownProblem, runTitle, singleSteps, stepNumber } from "./steps.ts";

export function renderTap({ runs, seed }: SessionReport): string {
  const plan = runs.length === 0 ? "1..0 # SKIP nothing ran" : `1..${runs.length}`;
  return [`TAP version 14`, `# seed ${seed}`, plan, ...runs.flatMap((run, index) => runLines(run, index + 1)), ""].join(
    "\n",
  );
}

function runLines(run: RunReport, number: number): readonly string[] {
  const steps = singleSteps(run);
  const title = runTitle(run);
  const skip = run.verdict === "Skipped" ? directive("SKIP", run.reason) : "";
  const inside = steps.flatMap((step, index) => stepLines(step, index + 1));
  const subtest = steps.length === 0 ? [] : [`# Subtest: ${title}`, ...indent([`1..${steps.length}`, ...inside], 4)];
  const problem = ownProblem(run);
  const details = isBadVerdict(run.verdict)
    ? diagnostic([
        ["message", problem ?? run.reason ?? ""],
        ["severity", severityOf(run.verdict)],
        ["seed", run.seed],
        ["repeat", run.repeat],
        ...(run.artefacts === null ? [] : [["artefacts", run.artefacts] as const]),
      ])
    : [];
  return [...subtest, testPoint(!isBadVerdict(run.verdict), number, title, skip), ...details];
}

function stepLines(step: StepReport, number: number): readonly string[] {
  const { verdict, reason, mayFail, name } = step;
  const bad = isBadVerdict(verdict);
  const remark =
    verdict === "Skipped" ? directive("SKIP", reason) : bad && mayFail ? directive("TODO", "may fail") : "";
  const line = testPoint(!bad, number, `${stepNumber(step)}: ${name}`, remark);
  return bad ? [line, ...diagnostic(stepFields(step))] : [line];
}

type Fields = readonly (readonly [name: string, value: string | number | readonly Fields[]])[];

function stepFields({ verdict, reason, source, took, checks, commands }: StepReport): Fields {
  const failed = checks.filter((check) => check.verdict !== "Passed");
  const broken = commands.filter(({ code }) => code !== 0);
  return [
    ["message", reason ?? ""],
    ["severity", severityOf(verdict)],
    ["at", placeText(source)],
    ["duration_ms", Math.round(took)],
    ...(failed.length === 0 ? [] : [["checks", failed.map(checkFields)] as const]),
    ...(broken.length === 0
      ? []
      : [
          [
            "commands",
            broken.map(({ node, command, code, stdout, stderr }): Fields => [
              ["node", node],
              ["command", command],
              ["code", code],
              ["stdout", stdout],
              ["stderr", stderr],
            ]),
          ] as const,
        ]),
  ];
}

const checkFields = ({ name, source, expected, seen, looks }: CheckReport): Fields => [
  ["name", name],
  ["at", placeText(source)],
  ["expected", expected],
  ["actual", seen],
  ["looks", looks],
];

const severityOf = (verdict: RunReport["verdict"]): string => (verdict === "Error" ? "error" : "fail");

const testPoint = (ok: boolean, number: number, title: string, remark: string): string =>
  `${ok ? "ok" : "not ok"} ${number} - ${escapeTitle(title)}${remark}`;

const directive = (word: "SKIP" | "TODO", reason: string | null): string =>
  ` # ${word} ${escapeTitle(reason ?? "")}`.trimEnd();

/** A hash would begin a directive. */
const escapeTitle = (text: string): string => oneLine(text).replaceAll(/[\\#]/g, String.raw`\$&`);

const diagnostic = (fields: Fields): readonly string[] => indent(["---", ...yamlLines(fields), "..."], 2);

/** Strings as JSON writes them, which is YAML too: nothing in them can end the block. */
function yamlLines(fields: Fields): readonly string[] {
  return fields.flatMap(([name, value]) => {
    if (typeof value === "number") return [`${name}: ${value}`];
    if (typeof value === "string") return [`${name}: ${JSON.stringify(printable(value).trimEnd())}`];
    return [
      `${name}:`,
      ...value.flatMap((each) => yamlLines(each).map((line, index) => `${index === 0 ? "  - " : "    "}${line}`)),
    ];
  });
}

const indent = (lines: readonly string[], width: number): readonly string[] =>
  lines.map((line) => `${" ".repeat(width)}${line}`);
