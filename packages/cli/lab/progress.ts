import type { OnProgress } from "@netwright/lab";
import { stageLine } from "../print/progress.ts";
import type { Terminal } from "../terminal.ts";

/** One line a stage when it is done; on a terminal also the one under way. */
export const labProgress =
  ({ err, live }: Pick<Terminal, "err" | "live">): OnProgress =>
  ({ stage, detail, took }) => {
    if (took !== null) err(`${live ? "\r\u001b[K" : ""}${stageLine(stage, detail, took)}`);
    else if (live) err(`\r\u001b[K  ${stage} ...`);
  };
