/** TAP 12 to 14: what a program says of its test points. Pure. */

export interface TapResult {
  readonly passed: number;
  /** Those that count: neither TODO nor SKIP. */
  readonly failing: readonly TapPoint[];
  /** Why the whole cannot be believed. */
  readonly problem: string | undefined;
}

export interface TapPoint {
  readonly number: number;
  readonly description: string;
  /** What the program wrote about it: comments and YAML. */
  readonly details: string;
}

interface Draft {
  points: { number: number; ok: boolean; counts: boolean; description: string; details: string[] }[];
  plan: number | undefined;
  /** Why it planned no points. */
  skipped: string;
  plans: number;
  bailed: string | undefined;
}

const pointPattern = /^(not )?ok\b(?:\s+(\d+))?\s*(?:-\s*)?(.*)$/;

/** Lines of subtests are set in and belong to the point that follows them. */
export function parseTap(output: string): TapResult {
  const draft: Draft = { points: [], plan: undefined, skipped: "", plans: 0, bailed: undefined };
  for (const line of output.split("\n")) read(draft, line.trimEnd());
  const failing = draft.points.filter(({ ok, counts }) => !ok && counts);
  return {
    passed: draft.points.length - failing.length,
    failing: failing.map(({ number, description, details }) => ({ number, description, details: details.join("\n") })),
    problem: problemOf(draft),
  };
}

function read(draft: Draft, line: string): void {
  const last = draft.points.at(-1);
  const [, plan, why = ""] = /^1\.\.(\d+)(?:\s+(.*))?$/.exec(line) ?? [];
  const bail = /^Bail out!\s*(.*)$/i.exec(line);
  const [, not, number, rest] = pointPattern.exec(line) ?? [];
  if (bail !== null) draft.bailed ??= bail[1] ?? "";
  else if (plan !== undefined) {
    draft.plan = Number(plan);
    draft.skipped = why.replace(/^#\s*(?:skip\S*\s*)?/i, "");
    draft.plans += 1;
  } else if (rest !== undefined) draft.points.push(pointOf(draft, not !== undefined, number, rest));
  else if (last !== undefined && /^(\s|#)/.test(line)) last.details.push(line);
}

function pointOf(draft: Draft, not: boolean, number: string | undefined, rest: string): Draft["points"][number] {
  // A # that is escaped begins no directive.
  const [description = "", directive = ""] = rest.split(/(?<!\\)\s+#\s*|^#\s*/);
  return {
    number: number === undefined ? draft.points.length + 1 : Number(number),
    ok: !not,
    counts: !/^(todo|skip)/i.test(directive),
    description: description.trim(),
    details: [],
  };
}

function problemOf({ points, plan, skipped, plans, bailed }: Draft): string | undefined {
  if (bailed !== undefined) return `it gave up${bailed === "" ? "" : `: ${bailed}`}`;
  if (plan === undefined)
    return points.length === 0 ? "it printed no TAP" : "it printed no plan (1..N): it may have ended early";
  if (plans > 1) return "it printed more than one plan";
  if (plan === 0 && points.length === 0) return `it planned no test point${skipped === "" ? "" : `: ${skipped}`}`;
  if (points.length !== plan) return `it planned ${plan} test points and ran ${points.length}`;
  const numbers = new Set(points.map(({ number }) => number));
  return numbers.size === points.length && points.every(({ number }) => number >= 1 && number <= plan)
    ? points.some(({ counts }) => counts)
      ? undefined
      : "all its test points are skipped, or still to do"
    : "its test points are not numbered 1 to the plan's end, each once";
}
