import type { OnProgress } from "@netwright/lab";
import { stagePrinter } from "../print/stages.ts";
import type { Terminal } from "../terminal.ts";

export function labProgress(terminal: Pick<Terminal, "err" | "live">): OnProgress {
  const printer = stagePrinter(terminal);
  return ({ stage, detail, took }) => {
    if (took === null) printer.underWay(stage);
    else printer.over(stage, detail, took);
  };
}
