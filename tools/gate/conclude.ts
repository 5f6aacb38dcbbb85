/** The end of a run: why it failed, what failed, then the one counted line. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./program.ts";
import { closingLine, judgeSkipped, readList, type Tally } from "./tally.ts";

/** @returns the exit status */
export function conclude(tally: Tally): number {
  const judged = judgeSkipped(tally, readList(readFileSync(join(root, "tools/skipped-tests.txt"), "utf8")));
  const lines = judged.failed.map((name) => `failed  ${name}`);
  process.stdout.write(`${["", ...judged.reasons, ...lines, closingLine(judged)].join("\n")}\n`);
  return judged.failed.length === 0 ? 0 : 1;
}
