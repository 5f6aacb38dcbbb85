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
  /** Of requests that were sent after that moment of the run and have ended. @param since after the run began */
  counts(since: Milliseconds): LoadCounts;
  /** No more requests; resolves when the last has ended. */
  stop(): Promise<void>;
  report(): LoadReport;
}
