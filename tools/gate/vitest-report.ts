/** Reading vitest's JSON report. */
import type { Tally } from "./tally.ts";

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
  if (text === undefined)
    return { passed: 0, failed: [`${suite}: vitest ended with ${exitCode} and no report`], skipped: [] };
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
  return { passed, failed, skipped };
}
