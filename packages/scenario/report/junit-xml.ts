/** JUnit XML as Jenkins and GitLab read it. Pure. */
import { formatInstant, type Instant, type Milliseconds } from "@netwright/base";
import { escaped, oneLine } from "./printable.ts";

export interface JunitSession {
  readonly name: string;
  readonly suites: readonly JunitSuite[];
  readonly took: Milliseconds;
  readonly begunAt: Instant;
}

export interface JunitSuite {
  readonly name: string;
  /** Null where it is not of one file. */
  readonly file: string | null;
  readonly took: Milliseconds;
  readonly begunAt: Instant;
  readonly properties: readonly (readonly [name: string, value: string])[];
  readonly cases: readonly JunitCase[];
}

export interface JunitCase {
  readonly name: string;
  readonly file: string | null;
  readonly line: number | null;
  readonly took: Milliseconds;
  /** Error: it could not be judged. */
  readonly outcome: "Passed" | "Failed" | "Error" | "Skipped";
  readonly message: string;
  readonly detail: string;
  readonly output: string;
}

export function renderJunitXml({ name, suites, took, begunAt }: JunitSession): string {
  const all = suites.flatMap(({ cases }) => cases);
  const times = { time: secondsText(took), timestamp: timestamp(begunAt) };
  const head = element("testsuites", { name, ...countsOf(all), ...times });
  return [`<?xml version="1.0" encoding="UTF-8"?>`, head, ...suites.map(renderSuite), "</testsuites>", ""].join("\n");
}

function renderSuite({ name, file, took, begunAt, properties, cases }: JunitSuite): string {
  const times = { time: secondsText(took), timestamp: timestamp(begunAt) };
  const attributes = { name, ...countsOf(cases), ...times, ...(file === null ? {} : { file }) };
  return [
    `  ${element("testsuite", attributes)}`,
    "    <properties>",
    ...properties.map(([key, value]) => `      ${element("property", { name: key, value }, true)}`),
    "    </properties>",
    ...cases.map((each) => renderCase(each, name)),
    "  </testsuite>",
  ].join("\n");
}

function renderCase({ name, file, line, took, outcome, message, detail, output }: JunitCase, suite: string): string {
  const place = { ...(file === null ? {} : { file }), ...(line === null ? {} : { line: String(line) }) };
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

function countsOf(cases: readonly JunitCase[]): Readonly<Record<string, string>> {
  const count = (outcome: JunitCase["outcome"]): string =>
    String(cases.filter((each) => each.outcome === outcome).length);
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
