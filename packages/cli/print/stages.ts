/** Stages of something that takes a while: one line each when it is over, and on a terminal the one under way. */
import { formatDuration, type Milliseconds } from "@netwright/base";
import type { Terminal } from "../terminal.ts";

export interface StagePrinter {
  /** What the stages below it belong to. */
  heading(text: string): void;
  /** Shown until anything else is printed; only on a terminal. */
  underWay(stage: string): void;
  over(stage: string, detail: string, took: Milliseconds): void;
  /** Takes the line under way off the screen. */
  clear(): void;
}

const eraseLine = "\r\u001b[K";

export function stagePrinter({ err, live }: Pick<Terminal, "err" | "live">): StagePrinter {
  const erase = live ? eraseLine : "";
  return {
    heading: (text) => err(`${erase}${text}\n`),
    underWay: (stage) => {
      if (live) err(`${erase}  ${stage} ...`);
    },
    over: (stage, detail, took) => err(`${erase}${stageLine(stage, detail, took)}`),
    clear: () => {
      if (live) err(erase);
    },
  };
}

const stageLine = (stage: string, detail: string, took: Milliseconds): string =>
  `  ${stage.padEnd(12)} ${detail.padEnd(60)} ${formatDuration(took).padStart(7)}\n`;
