/** A session in one line. Pure. */
import { formatDuration } from "@netwright/base";
import { countVerdicts } from "./attempts.ts";
import type { SessionReport } from "./report.ts";

/** `12 passed, 1 failed, 2 skipped in 34.1 s (seed 7)`. */
export function summaryText({ runs, took, seed }: Pick<SessionReport, "runs" | "took" | "seed">): string {
  const counts = countVerdicts(runs);
  const errors = counts.Error === 1 ? "error" : "errors";
  const others = [
    [counts.Failed, "failed"] as const,
    [counts.Error, errors] as const,
    [counts.Skipped, "skipped"] as const,
  ];
  const parts = [
    `${counts.Passed} passed`,
    ...others.filter(([count]) => count > 0).map(([count, word]) => `${count} ${word}`),
  ];
  return `${parts.join(", ")} in ${formatDuration(took)} (seed ${seed})`;
}
