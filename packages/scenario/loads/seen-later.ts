/** How a later run of a suite sees a load that the suite's set-up began: from its own beginning, in its own time. */
import { milliseconds, type Milliseconds } from "@netwright/base";
import type { LoadReport } from "../report/report.ts";
import type { RunningLoad } from "./running-load.ts";

/** @param later so long after the run in which the load began did this one begin */
export function seenLater(load: RunningLoad, later: Milliseconds): RunningLoad {
  const theirs = (at: Milliseconds): Milliseconds => milliseconds(at + later);
  const ours = (at: Milliseconds): Milliseconds => milliseconds(at - later);
  const failuresOf = (failures: LoadReport["failures"]): LoadReport["failures"] =>
    failures.map((failure) => ({ ...failure, at: ours(failure.at) }));
  return {
    name: load.name,
    counts: async (since, last, signal) => {
      const counts = await load.counts(theirs(since), last, signal);
      return counts === undefined ? undefined : { ...counts, failures: failuresOf(counts.failures) };
    },
    stop: () => load.stop(),
    report: (from = milliseconds(0)) => {
      const report = load.report(theirs(from));
      return { ...report, at: ours(report.at), until: ours(report.until), failures: failuresOf(report.failures) };
    },
  };
}
