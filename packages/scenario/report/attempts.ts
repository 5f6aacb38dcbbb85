/** Scenarios that ran several times: how often they passed, and what was different when they did not. Pure. */
import { formatDuration, milliseconds, type Milliseconds } from "@netwright/base";
import { oneLine } from "./printable.ts";
import type { RunReport, SessionReport, Verdict } from "./report.ts";
import { badSteps, isBadVerdict, singleSteps, stepNumber } from "./steps.ts";

export interface Attempts {
  readonly id: string;
  readonly runs: readonly RunReport[];
  readonly passed: number;
  /** Without those that were skipped. */
  readonly judged: number;
  /** Bounds of the true pass rate with 95 % confidence; null when none was judged. */
  readonly interval: readonly [low: number, high: number] | null;
}

export function countVerdicts(runs: readonly Pick<RunReport, "verdict">[]): Readonly<Record<Verdict, number>> {
  const count = (verdict: Verdict): number => runs.filter((run) => run.verdict === verdict).length;
  return { Passed: count("Passed"), Failed: count("Failed"), Skipped: count("Skipped"), Error: count("Error") };
}

/** In the order in which each first ended. */
export function attemptsOf({ runs }: Pick<SessionReport, "runs">): readonly Attempts[] {
  return [...Map.groupBy(runs, ({ id }) => id)].map(([id, own]) => {
    const { Passed: passed, Skipped: skipped } = countVerdicts(own);
    const judged = own.length - skipped;
    return { id, runs: own, passed, judged, interval: judged === 0 ? null : wilson(passed, judged) };
  });
}

/** 97.5 % quantile of the normal distribution. */
const z = 1.959964;

/** Wilson's score interval of a share (JASA 22, 1927): holds for few attempts and for shares of 0 and 1 too. */
export function wilson(hits: number, total: number): readonly [low: number, high: number] {
  const share = hits / total;
  const square = z ** 2 / total;
  const middle = share + square / 2;
  const half = z * Math.sqrt((share * (1 - share)) / total + square / (4 * total));
  const bound = (value: number): number => Math.min(1, Math.max(0, value / (1 + square)));
  return [hits === 0 ? 0 : bound(middle - half), hits === total ? 1 : bound(middle + half)];
}

/** Nothing where all attempts ended alike. */
export function differencesOf({ runs }: Pick<Attempts, "runs">): readonly string[] {
  const passed = runs.filter(({ verdict }) => verdict === "Passed");
  const failed = runs.filter(({ verdict }) => isBadVerdict(verdict));
  if (passed.length === 0 || failed.length === 0) return [];
  return [
    ...failurePlaces(failed),
    ...onlyIn(passed, failed, faultsOf, "fault"),
    ...slowSteps(passed, failed),
    ...tookWhole(passed, failed),
    `failed with ${failed.length === 1 ? "seed" : "seeds"} ${failed
      .map(({ seed }) => seed)
      .slice(0, 10)
      .join(", ")}${failed.length > 10 ? ", ..." : ""}`,
  ];
}

function failurePlaces(failed: readonly RunReport[]): readonly string[] {
  const places = failed.map((run) => {
    const [first] = badSteps(run);
    return first === undefined
      ? oneLine(run.reason ?? "the whole")
      : `${stepNumber(first)}: ${oneLine(`${first.name}: ${first.reason ?? ""}`)}`;
  });
  const counted = [...Map.groupBy(places, (place) => place)].toSorted(([, a], [, b]) => b.length - a.length);
  return counted.map(([place, own]) => `${own.length} of ${failed.length} failed at ${place}`);
}

const faultsOf = ({ faults }: RunReport): readonly string[] =>
  faults.filter(({ skipped }) => skipped === null).map(({ description }) => description);

function onlyIn(
  passed: readonly RunReport[],
  failed: readonly RunReport[],
  of: (run: RunReport) => readonly string[],
  word: string,
): readonly string[] {
  const [inPassed, inFailed] = [new Set(passed.flatMap(of)), new Set(failed.flatMap(of))];
  return [
    ...[...inFailed].filter((each) => !inPassed.has(each)).map((each) => `only when it fails: ${word} ${each}`),
    ...[...inPassed].filter((each) => !inFailed.has(each)).map((each) => `only when it passes: ${word} ${each}`),
  ];
}

/** Shorter differences are the machine's. */
const noise = 50;

/** Steps that take at least twice as long when the run fails, those that fail themselves aside. */
function slowSteps(passed: readonly RunReport[], failed: readonly RunReport[]): readonly string[] {
  const spans = (runs: readonly RunReport[]) =>
    Map.groupBy(
      runs.flatMap((run) => singleSteps(run).filter(({ verdict }) => verdict === "Passed")),
      (step) => `${stepNumber(step)}: ${oneLine(step.name)}`,
    );
  const whenFailed = spans(failed);
  return [...spans(passed)].flatMap(([name, steps]) => {
    const others = whenFailed.get(name) ?? [];
    if (others.length === 0) return [];
    const [usual, now] = [median(steps), median(others)];
    if (now - usual < noise || now < 2 * usual) return [];
    return [`${name} takes ${formatDuration(now)} when it fails, ${formatDuration(usual)} when it passes`];
  });
}

const tookWhole = (passed: readonly RunReport[], failed: readonly RunReport[]): readonly string[] => [
  `takes ${formatDuration(median(failed))} when it fails, ${formatDuration(median(passed))} when it passes`,
];

function median(items: readonly { readonly took: Milliseconds }[]): Milliseconds {
  const sorted = items.map(({ took }) => took).toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? milliseconds(0);
}

export const shareText = (share: number): string => `${(share * 100).toFixed(share === 0 || share === 1 ? 0 : 1)} %`;
