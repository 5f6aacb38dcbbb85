/** Reading what vitest tells: its JSON report, and of its output the part about failures. */
import { stripVTControlCharacters } from "node:util";
import { type Tally, nothing } from "./tally.ts";

interface Assertion {
  readonly status: string;
  readonly fullName: string;
}

interface Report {
  readonly success: boolean;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly Assertion[];
  }[];
}

/**
 * Counts a report. Where a file could not be loaded, a suite held no test or an error escaped all tests, the report
 * has no failed test to count; each of these is one failure here.
 * @param text undefined when vitest wrote none
 * @param exitCode of vitest
 */
export function tallyReport(suite: string, text: string | undefined, exitCode: number, root: string): Tally {
  if (text === undefined) return { ...nothing, failed: [`${suite}: vitest ended with ${exitCode} and no report`] };
  const report = JSON.parse(text) as Report;
  let passed = 0;
  const failed: string[] = [];
  const skipped: string[] = [];
  for (const file of report.testResults) {
    const path = file.name.startsWith(`${root}/`) ? file.name.slice(root.length + 1) : file.name;
    const before = failed.length;
    for (const { status, fullName } of file.assertionResults) {
      const name = `${path} > ${fullName}`;
      if (status === "passed") passed += 1;
      else if (status === "failed") failed.push(name);
      else skipped.push(name);
    }
    if (file.status === "failed" && failed.length === before) failed.push(`${path} (the file itself)`);
  }
  if (passed + failed.length + skipped.length === 0) failed.push(`${suite}: no test was found`);
  if (exitCode !== 0 && failed.length === 0) failed.push(`${suite}: an error outside of the tests`);
  return { ...nothing, passed, failed, skipped };
}

/** Enough for what differs in a long text; a file that fails throughout need not tell all of it. */
const mostLines = 60;
/** Some messages hold a whole answer of a program. */
const widest = 300;

/** What the output of a run that failed says of the failures; the end of it where vitest did not come to that. Pure. */
export function reasonsIn(output: string): string {
  const lines = stripVTControlCharacters(output)
    .trimEnd()
    .split("\n")
    .map((line) => (line.length > widest ? `${line.slice(0, widest)} ...` : line));
  const start = lines.findIndex((line) => /^⎯+ (?:Failed|Unhandled|Startup) /.test(line));
  return (start < 0 ? lines.slice(-mostLines) : lines.slice(start, start + mostLines)).join("\n");
}
