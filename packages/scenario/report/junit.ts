/** JUnit XML as Jenkins and GitLab read it: a test suite for each run, a test case for each step. Pure. */
import { formatInstant, type Instant, type Milliseconds } from "@netwright/base";
import { escaped, oneLine } from "./printable.ts";
import { commandLines, problemLines } from "./problem-text.ts";
import type { RunReport, SessionReport, StepReport } from "./report.ts";
import { ownProblem, runTitle, singleSteps, stepNumber } from "./steps.ts";

interface Case {
  readonly name: string;
  readonly file: string;
  readonly line: number | null;
  readonly took: Milliseconds;
  readonly outcome: "Passed" | "Failed" | "Error" | "Skipped";
  readonly message: string;
  readonly detail: string;
  readonly output: string;
}

export function renderJunit({ runs, took, begunAt }: SessionReport): string {
  const suites = runs.map((run) => ({ run, cases: casesOf(run) }));
  const all = suites.flatMap(({ cases }) => cases);
  const head = element("testsuites", {
    name: "netwright test",
    ...countsOf(all),
    time: secondsText(took),
    timestamp: timestamp(begunAt),
  });
  return [`<?xml version="1.0" encoding="UTF-8"?>`, head, ...suites.map(renderSuite), "</testsuites>", ""].join("\n");
}

function renderSuite({ run, cases }: { readonly run: RunReport; readonly cases: readonly Case[] }): string {
  const title = runTitle(run);
  const attributes = {
    name: title,
    ...countsOf(cases),
    time: secondsText(run.took),
    timestamp: timestamp(run.begunAt),
    file: run.file,
  };
  const properties = [
    ["seed", String(run.seed)],
    ["attempt", String(run.attempt)],
    ["verdict", run.verdict],
    ["repeat", run.repeat],
    ...(run.artefacts === null ? [] : [["artefacts", run.artefacts] as const]),
  ] as const;
  return [
    `  ${element("testsuite", attributes)}`,
    "    <properties>",
    ...properties.map(([name, value]) => `      ${element("property", { name, value }, true)}`),
    "    </properties>",
    ...cases.map((each) => renderCase(each, title)),
    "  </testsuite>",
  ].join("\n");
}

function renderCase({ name, file, line, took, outcome, message, detail, output }: Case, suite: string): string {
  const place = line === null ? { file } : { file, line: String(line) };
  const head = { name, classname: suite, time: secondsText(took), ...place };
  const text = (tag: string, attributes: Readonly<Record<string, string>>, body: string): string =>
    `      ${element(tag, attributes)}${escaped(body)}</${tag}>`;
  const inside = [
    ...(outcome === "Failed" ? [text("failure", { message, type: "Failed" }, detail)] : []),
    ...(outcome === "Error" ? [text("error", { message, type: "Error" }, detail)] : []),
    ...(outcome === "Skipped" ? [`      ${element("skipped", { message }, true)}`] : []),
    ...(output === "" ? [] : [text("system-out", {}, output)]),
  ];
  if (inside.length === 0) return `    ${element("testcase", head, true)}`;
  return [`    ${element("testcase", head)}`, ...inside, "    </testcase>"].join("\n");
}

/** A run with none of its own steps to blame, or without any, has one case for itself. */
function casesOf(run: RunReport): readonly Case[] {
  const steps = singleSteps(run).map(caseOf);
  const problem = ownProblem(run);
  if (problem === null && steps.length > 0) return steps;
  const whole = {
    name: "the whole",
    file: run.file,
    line: null,
    took: run.took,
    detail: `repeat: ${run.repeat}`,
    output: "",
  };
  return [...steps, { ...whole, outcome: run.verdict, message: oneLine(run.reason ?? "") }];
}

function caseOf(step: StepReport): Case {
  const { verdict, reason, mayFail, source, took } = step;
  const forgiven = mayFail && verdict !== "Passed" && verdict !== "Skipped";
  return {
    name: `${stepNumber(step)}: ${oneLine(step.name)}`,
    file: source.file,
    line: source.line,
    took,
    outcome: forgiven ? "Skipped" : verdict,
    message: oneLine(forgiven ? `may fail, and did: ${reason ?? ""}` : (reason ?? "")),
    detail: problemLines(step).join("\n"),
    output: step.commands.flatMap(commandLines).join("\n"),
  };
}

function countsOf(cases: readonly Case[]): Readonly<Record<string, string>> {
  const count = (outcome: Case["outcome"]): string => String(cases.filter((each) => each.outcome === outcome).length);
  return { tests: String(cases.length), failures: count("Failed"), errors: count("Error"), skipped: count("Skipped") };
}

/** Attributes keep no line breaks: a parser would turn them into blanks. */
function element(tag: string, attributes: Readonly<Record<string, string>>, isEmpty = false): string {
  const written = Object.entries(attributes).map(([name, value]) => ` ${name}="${escaped(oneLine(value))}"`);
  return `<${tag}${written.join("")}${isEmpty ? "/" : ""}>`;
}

const secondsText = (span: Milliseconds): string => (span / 1000).toFixed(3);

/** The form has no zone; it is UTC. */
const timestamp = (at: Instant): string => formatInstant(at).slice(0, 19);
