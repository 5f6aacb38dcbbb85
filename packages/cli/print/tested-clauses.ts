/** Clause by clause: how it was discharged, what connections say of it, and what was not tried. Pure. */
import type { ClauseProof } from "@netwright/api";
import type { ClauseTests, TestedClause } from "../verify/tested-clauses.ts";
import { renderTable } from "./table.ts";

const levels = { Classes: "classes", Rules: "rules", Live: "live" } as const;
const verdicts = { Proved: "proved", Refuted: "refuted", NotProved: "not proved", Justified: "justified" } as const;
export const testedWords = {
  AsProved: "as proved",
  NotAsProved: "not as proved",
  Unclear: "unclear",
  None: "none",
} as const satisfies Readonly<Record<ClauseTests["verdict"], string>>;

/** The level, or what came instead. */
const dischargedBy = ({ by, verdict }: Pick<ClauseProof, "by" | "verdict">): string =>
  verdict === "Proved" && by !== null ? levels[by] : verdicts[verdict];

const figure = (count: number): string => (count === 0 ? "." : String(count));

/** A row for each clause that was tried, and one for all connections. */
export function renderTestedClauses(
  clauses: readonly TestedClause[],
  all: Omit<ClauseTests, "verdict" | "untried">,
): string {
  const counts = ({ tried, asProved, notAsProved, unclear }: typeof all): readonly string[] =>
    [tried, asProved, notAsProved, unclear].map(figure);
  const rows = clauses
    .filter(({ tested }) => tested.verdict !== "None")
    .map((each) => [each.clause, dischargedBy(each), testedWords[each.tested.verdict], ...counts(each.tested)]);
  const header = ["CLAUSE", "BY", "TESTED", "TRIED", "AS PROVED", "NOT AS PROVED", "UNCLEAR"];
  return renderTable(header, [...rows, ["all connections", "", "", ...counts(all)]]);
}

/** So many names stand beside a reason. */
const fewNames = 3;

/** By reason: clauses of which nothing was tried, and then those of which something was not. */
export function renderUntried(clauses: readonly TestedClause[], all: boolean): string {
  const open = clauses.filter(({ tested }) => tested.untried.length > 0);
  const none = open.filter(({ tested }) => tested.verdict === "None");
  const some = open.filter(({ tested }) => tested.verdict !== "None");
  return `${section("without a test", none, all)}${section("not tried of others", some, all)}`;
}

function section(title: string, clauses: readonly TestedClause[], all: boolean): string {
  const byReason = new Map<string, string[]>();
  for (const { clause, tested } of clauses)
    for (const why of tested.untried) byReason.set(why, [...(byReason.get(why) ?? []), clause]);
  if (byReason.size === 0) return "";
  const lines = [...byReason].flatMap(([why, names]) => {
    const shown = all || names.length <= fewNames ? names : names.slice(0, fewNames - 1);
    const rest = names.length - shown.length;
    return [
      `  ${why}\n`,
      ...shown.map((name) => `    ${name}\n`),
      ...(rest === 0 ? [] : [`    and ${rest} more (-v)\n`]),
    ];
  });
  return `\n${title}\n${lines.join("")}`;
}

/** For those who read one clause at a time. */
export function testedText({ tested: { verdict, tried, untried } }: TestedClause): string {
  const count = tried === 1 ? "1 connection" : `${tried} connections`;
  const head = verdict === "None" ? "tested: none" : `tested: ${testedWords[verdict]}, ${count}`;
  return [head, ...untried.map((why) => `not tried: ${why}`)].join("\n");
}
