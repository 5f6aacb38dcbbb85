/** Reads a trace line by line, whatever wrote it: a table of times and rates, or the log of a web server. Pure. */
import type { Milliseconds } from "@netwright/base";
import { accessLogReader, isAccessLogLine } from "./access-log.ts";
import { csvReader } from "./csv.ts";
import type { Trace } from "./trace.ts";

/** What a stretch without lines means: `refuse` it, the rate before it goes on (`hold`), or nobody came (`zero`). */
export const gapRules = ["refuse", "hold", "zero"] as const;
export type GapRule = (typeof gapRules)[number];

export interface ReadOptions {
  /** For errors. */
  readonly file: string;
  readonly gaps: GapRule;
  /** Length of a step for a log, which has none of its own. */
  readonly bucket: Milliseconds;
}

export interface ReadTrace {
  readonly trace: Trace;
  /** What a reader of the result should know: gaps that were filled, lines that were passed over. */
  readonly notes: readonly string[];
}

export interface TraceReader {
  /** @throws NW1121, NW1122 */
  line(text: string): void;
  /** @throws NW1121, NW1122 */
  end(): ReadTrace;
}

/** The first line that is not empty decides. */
export function traceReader(options: ReadOptions): TraceReader {
  let reader: TraceReader | undefined;
  let empty = 0;
  return {
    line: (text) => {
      if (reader === undefined && text.trim() === "") return void (empty += 1);
      reader ??= isAccessLogLine(text) ? accessLogReader(options) : csvReader(options, empty);
      reader.line(text);
    },
    end: () => (reader ?? csvReader(options, empty)).end(),
  };
}
