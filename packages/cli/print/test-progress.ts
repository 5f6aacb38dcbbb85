/** Tests while they run: what is over scrolls by, and on a terminal what is under way stands below it. */
import { milliseconds } from "@netwright/base";
import type { TestEvent } from "@netwright/scenario/report/report.ts";
import type { Terminal } from "../terminal.ts";
import { renderRun } from "./test-result.ts";
import { renderSummary } from "./test-summary.ts";
import { TestsUnderWay } from "./tests-under-way.ts";

export interface TestProgress {
  readonly report: (event: TestEvent) => void;
  /** A message, above what is under way. */
  readonly say: (text: string) => void;
  /** While somebody is asked or has a shell, nothing is drawn. */
  readonly aside: <T>(work: () => Promise<T>) => Promise<T>;
  /** Takes what is under way off the screen. */
  readonly end: () => void;
}

export interface TestProgressOptions extends Pick<Terminal, "out" | "err" | "live" | "colors" | "clock"> {
  /** Of the terminal, now. */
  readonly columns: () => number;
}

const redrawEvery = milliseconds(100);

export function testProgress(options: TestProgressOptions): TestProgress {
  return options.live ? liveProgress(options) : plainProgress(options);
}

/** One block for each run that is over: what CI systems keep. */
function plainProgress({ out, err, colors }: TestProgressOptions): TestProgress {
  return { report: (event) => out(printed(event, colors.out)), say: err, aside: (work) => work(), end: () => {} };
}

function printed(event: TestEvent, colored: boolean): string {
  if (event.kind === "SessionBegan") return `${began(event)}\n`;
  if (event.kind === "RunEnded") return renderRun(event.run, colored);
  return event.kind === "SessionEnded" ? renderSummary(event.report, colored) : "";
}

const began = ({ runs, seed }: Extract<TestEvent, { readonly kind: "SessionBegan" }>): string =>
  `${runs} ${runs === 1 ? "run" : "runs"}, seed ${seed}`;

function liveProgress({ out, err, colors, clock, columns }: TestProgressOptions): TestProgress {
  const tests = new TestsUnderWay(clock);
  const over = new AbortController();
  let drawn = 0;
  let asides = 0;
  const erase = (): void => {
    if (drawn > 0) err(`\u001b[${drawn}A\r\u001b[J`);
    drawn = 0;
  };
  const draw = (): void => {
    // A line that the terminal wraps could not be erased.
    const lines = tests.lines().map((line) => line.slice(0, Math.max(10, columns() - 1)).trimEnd());
    err(lines.map((line) => `${line}\n`).join(""));
    drawn = lines.length;
  };
  const above = (print: () => void): void => {
    erase();
    print();
    if (!over.signal.aborted && asides === 0) draw();
  };
  const keepDrawing = async (): Promise<void> => {
    for (;;) {
      await clock.sleep(redrawEvery, over.signal);
      above(() => {});
    }
  };
  return {
    report(event) {
      tests.take(event);
      if (event.kind === "SessionBegan") keepDrawing().catch(() => {});
      if (event.kind === "SessionEnded") over.abort();
      const text = printed(event, colors.out);
      if (text !== "") above(() => out(text));
    },
    say: (text) => above(() => err(text)),
    async aside(work) {
      asides += 1;
      erase();
      try {
        return await work();
      } finally {
        asides -= 1;
      }
    },
    end() {
      over.abort();
      erase();
    },
  };
}
