/** The three test suites, each run by one vitest. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root, runProgram } from "./program.ts";
import type { Tally } from "./tally.ts";
import { tallyReport } from "./vitest-report.ts";

export const suites = ["unit", "netns", "e2e"] as const;
export type Suite = (typeof suites)[number];

/** Runs a suite, its output going to the terminal. @param extra arguments for vitest, for example a path */
export async function runSuite(suite: Suite, extra: readonly string[]): Promise<Tally> {
  const directory = mkdtempSync(join(tmpdir(), "netwright-tests-"));
  try {
    const file = join(directory, "report.json");
    const vitest = [
      "vitest",
      "run",
      "--project",
      suite,
      "--reporter=default",
      "--reporter=json",
      `--outputFile.json=${file}`,
    ];
    const command = [...vitest, ...extra];
    const { code } = await runProgram(
      suite === "unit" ? ["vitest", ...command.slice(1)] : ["tools/sandbox", ...command],
      true,
    );
    return tallyReport(suite, existsSync(file) ? readFileSync(file, "utf8") : undefined, code, root);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
