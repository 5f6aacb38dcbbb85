/** Traffic under way. */
import type { Milliseconds } from "@netwright/base";
import type { LoadReport } from "../report/report.ts";

export interface LoadCounts {
  readonly succeeded: number;
  readonly failed: number;
  readonly p99: Milliseconds | null;
  /** The first ones. */
  readonly failures: readonly { readonly at: Milliseconds; readonly message: string }[];
}

export interface RunningLoad {
  readonly name: string;
  /**
   * What became of the requests that were sent from that moment of the run until now: those under way are waited for, as
   * long as one may take. Undefined: some have not ended even then. @param since after the run began
   * @param last only so many that were sent last
   */
  counts(since: Milliseconds, last: number | undefined, signal: AbortSignal): Promise<LoadCounts | undefined>;
  /** No more requests; resolves when the last has ended. */
  stop(): Promise<void>;
  /** @param from only what was sent from then on; everything when left out */
  report(from?: Milliseconds): LoadReport;
}
