import { milliseconds } from "@netwright/base";
import type { RunReport, TestEvent } from "@netwright/scenario/report/report.ts";
import {
  brokenRun,
  failedRun,
  sampleRun,
  sampleSession,
  sampleStep,
  skippedRun,
} from "@netwright/scenario/report/testdata/sample-session.ts";
import { ManualClock } from "@netwright/testkit/manual-clock.ts";
import { expect, test } from "vitest";
import { keptTerminal } from "../testing/terminal.ts";
import { testProgress } from "./test-progress.ts";

const progressOn = (live: boolean, colored = false) => {
  const clock = new ManualClock();
  const screen: string[] = [];
  const terminal = {
    ...keptTerminal({ live, clock, colors: { out: colored, err: colored } }),
    out: (text: string) => void screen.push(text),
    err: (text: string) => void screen.push(text),
  };
  return { clock, written: () => screen.join(""), progress: testProgress({ ...terminal, columns: () => 60 }) };
};

/** What a terminal shows after all of it: line feeds, carriage returns, cursor up, erase to the end. */
function shownBy(text: string): string {
  const lines: string[] = [""];
  let line = 0;
  for (const [, control, count, plain] of text.matchAll(/(\p{Cc}\[(\d*)[AJ]|\r|\n)|([^\p{Cc}]+)/gu)) {
    if (plain !== undefined) lines[line] = (lines[line] ?? "") + plain;
    else if (control === "\n") lines[++line] ??= "";
    else if (control?.endsWith("A")) line -= Number(count);
    else if (control?.endsWith("J")) lines.splice(line, lines.length, "");
  }
  return lines.join("\n");
}

const ended = (run: RunReport): TestEvent => ({ kind: "RunEnded", run });
const session = (runs: readonly RunReport[]): readonly TestEvent[] => [
  { kind: "SessionBegan", runs: runs.length, jobs: runs.length, seed: 7 },
  ...runs.map(ended),
  { kind: "SessionEnded", report: { ...sampleSession, runs } },
];

test("in a file there is a line for each run, and what went wrong below it", async () => {
  const { progress, written } = progressOn(false);
  for (const event of session(sampleSession.runs)) progress.report(event);
  progress.end();
  await expect(written()).toMatchFileSnapshot("golden/tests-plain.txt");
});

test("no output of others reaches the terminal as control characters", () => {
  const { progress, written } = progressOn(false);
  for (const event of session(sampleSession.runs)) progress.report(event);
  expect(written()).not.toMatch(/[\p{Cc}--\n]/v);
});

test("many steps that were skipped for one reason are counted", () => {
  const left = (index: number) =>
    sampleStep({ index: [index], verdict: "Skipped", reason: "a critical step failed", checks: [] });
  const { progress, written } = progressOn(false);
  progress.report(ended(sampleRun({ steps: [0, 1, 2].map(left) })));
  progress.report(ended(sampleRun({ steps: [0, 1].map(left) })));
  const lines = written()
    .split("\n")
    .filter((line) => line.startsWith("  "));
  expect(lines).toEqual([
    "  skipped 3 steps: a critical step failed",
    "  skipped step 1: the web answers; step 2: the web answers: a critical step failed",
  ]);
});

test("repeated scenarios have a pass rate, and what differs", async () => {
  const attempts = (base: RunReport, count: number): readonly RunReport[] =>
    Array.from({ length: count }, (_, index) => ({ ...base, attempt: index + 1, seed: 7 + index }));
  const failing = { ...failedRun, id: "two-hosts", attempt: 20, seed: 26 };
  const { progress, written } = progressOn(false);
  const report = { ...sampleSession, runs: [...attempts(sampleRun(), 19), failing, ...attempts(skippedRun, 20)] };
  progress.report({ kind: "SessionEnded", report });
  await expect(written()).toMatchFileSnapshot("golden/tests-repeated.txt");
});

async function play({ progress, clock }: ReturnType<typeof progressOn>): Promise<void> {
  const edge = { id: "edge", attempt: 2 };
  progress.report({ kind: "SessionBegan", runs: 3, jobs: 3, seed: 7 });
  progress.report({ kind: "RunBegan", id: "two-hosts", attempt: 1 });
  await clock.advance(250);
  progress.report({ kind: "RunBegan", ...edge });
  progress.report({
    kind: "StepBegan",
    ...edge,
    name: "start a daemon with a name\nthat is too long for any line of it",
    phase: "Setup",
  });
  progress.report({ kind: "StepBegan", id: "two-hosts", attempt: 1, name: "ping", phase: "Steps" });
  await clock.advance(100);
}

test("a terminal shows a tree of what is under way", async () => {
  const live = progressOn(true);
  await play(live);
  expect(shownBy(live.written())).toBe(
    [
      "3 runs, seed 7",
      "2 under way, 0 of 3 done, 350 ms",
      "├ two-hosts  350 ms",
      "│   step: ping  100 ms",
      "└ edge (attempt 2)  100 ms",
      "    setup: start a daemon with a name that is too long for",
      "",
    ].join("\n"),
  );
});

test("what is over scrolls above it, and at the end only that stays", async () => {
  const live = progressOn(true);
  await play(live);
  live.progress.report(ended(sampleRun()));
  live.progress.report(ended(brokenRun));
  live.progress.say("lab t-1 is kept\n");
  const during = shownBy(live.written());
  expect(during).toContain("2 checks".replace("2 checks", "1 check\nerror    nat"));
  expect(during).toMatch(/lab t-1 is kept\n1 under way, 2 of 3 done, 1 failed, 350 ms\n└ edge/);
  live.progress.report({
    kind: "SessionEnded",
    report: { ...sampleSession, took: milliseconds(400), runs: [sampleRun(), brokenRun] },
  });
  live.progress.end();
  const whole = shownBy(live.written());
  expect(whole).toMatch(/lab t-1 is kept\n1 passed, 1 error in 400 ms \(seed 7\)\n$/);
  expect(live.clock.sleeping).toEqual([]);
});

test("the bytes for a terminal are what they were", async () => {
  const live = progressOn(true, true);
  await play(live);
  live.progress.report(ended(sampleRun()));
  live.progress.report(ended(skippedRun));
  live.progress.end();
  await expect(JSON.stringify(live.written().split("\n"), null, 1)).toMatchFileSnapshot("golden/tests-live.json");
});

test("of many only the first are shown", async () => {
  const { progress, written, clock } = progressOn(true);
  progress.report({ kind: "SessionBegan", runs: 20, jobs: 20, seed: 1 });
  for (let attempt = 1; attempt <= 12; attempt++) progress.report({ kind: "RunBegan", id: "many", attempt });
  await clock.advance(100);
  expect(shownBy(written())).toMatch(/├ many \(attempt 8\) {2}100 ms\n└ and 4 more\n$/);
  progress.end();
});
