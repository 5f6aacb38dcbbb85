/** Counting what passed, what failed and what was left out, over tests and checks alike. */

export interface Tally {
  readonly passed: number;
  /** Names, so that the end of a long run says what to look at. */
  readonly failed: readonly string[];
  readonly skipped: readonly string[];
  /** What was told of each failure, so that the end of a long run also says why. */
  readonly reasons: readonly string[];
}

export const nothing: Tally = { passed: 0, failed: [], skipped: [], reasons: [] };

export function add(one: Tally, other: Tally): Tally {
  return {
    passed: one.passed + other.passed,
    failed: [...one.failed, ...other.failed],
    skipped: [...one.skipped, ...other.skipped],
    reasons: [...one.reasons, ...other.reasons],
  };
}

/** The closing line of the gate: `N passed, N failed`, and `, N skipped` when there are. */
export function closingLine(tally: Tally): string {
  const skipped = tally.skipped.length === 0 ? "" : `, ${tally.skipped.length} skipped`;
  return `${tally.passed} passed, ${tally.failed.length} failed${skipped}`;
}

/** Names in a committed list: one a line, `#` begins a remark. */
export function readList(text: string): readonly string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
}

/** A test that is skipped and not in the committed list counts as failed: nothing is left out silently. */
export function judgeSkipped(tally: Tally, allowed: readonly string[]): Tally {
  const surprises = tally.skipped.filter((name) => !allowed.includes(name));
  return {
    ...tally,
    failed: [...tally.failed, ...surprises.map((name) => `${name} (skipped, and not in tools/skipped-tests.txt)`)],
    skipped: tally.skipped.filter((name) => allowed.includes(name)),
  };
}
