/** What connections that were tried say of each clause, beside its proof. Pure. */
import type { ClauseProof, ProofReport } from "@netwright/api";
import type { TestCase } from "@netwright/prove/cases/case.ts";
import { whyUntested } from "@netwright/prove/cases/untested.ts";
import type { CaseResult } from "./run-cases.ts";

export interface ClauseTests {
  /** `None`: no connection was tried. */
  readonly verdict: "AsProved" | "NotAsProved" | "Unclear" | "None";
  /** How many were tried, and what came of them. */
  readonly tried: number;
  readonly asProved: number;
  readonly notAsProved: number;
  readonly unclear: number;
  /** What was not tried, and why. */
  readonly untried: readonly string[];
}

export interface TestedClause extends ClauseProof {
  readonly tested: ClauseTests;
}

export interface TestedReport extends ProofReport {
  readonly clauses: readonly TestedClause[];
}

export interface Untried {
  /** Above the most that were wanted. */
  readonly left: readonly TestCase[];
  /** From outside, where nobody could try them. */
  readonly outside: readonly TestCase[];
  /** By clause: what no connection could be made up for. */
  readonly omitted: ReadonlyMap<string, readonly string[]>;
}

export function testedReport(report: ProofReport, results: readonly CaseResult[], untried: Untried): TestedReport {
  const byClause = new Map<string, CaseResult[]>();
  for (const result of results)
    for (const clause of result.test.clauses) byClause.set(clause, [...(byClause.get(clause) ?? []), result]);
  const [left, outside] = [countsOf(untried.left), countsOf(untried.outside)];
  const clauses = report.clauses.map((clause): TestedClause => {
    const name = clause.clause;
    const reasons = [
      ...(untried.omitted.get(name) ?? []),
      ...counted(outside.get(name), "from the internet, where nobody could try"),
      ...counted(left.get(name), "above --max-cases"),
    ];
    return { ...clause, tested: testsOf(clause, byClause.get(name) ?? [], reasons) };
  });
  return { ...report, clauses };
}

function testsOf(clause: ClauseProof, results: readonly CaseResult[], reasons: readonly string[]): ClauseTests {
  const count = (wanted: CaseResult["verdict"]): number => results.filter(({ verdict }) => verdict === wanted).length;
  const [asProved, notAsProved, unclear] = [count("Agrees"), count("Disagrees"), count("Unclear")];
  const verdict = notAsProved > 0 ? "NotAsProved" : unclear > 0 ? "Unclear" : results.length > 0 ? "AsProved" : "None";
  const untried = verdict === "None" ? whyUntested(clause, reasons) : reasons;
  return { verdict, tried: results.length, asProved, notAsProved, unclear, untried };
}

function countsOf(tests: readonly TestCase[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { clauses } of tests) for (const each of clauses) counts.set(each, (counts.get(each) ?? 0) + 1);
  return counts;
}

const counted = (count: number | undefined, why: string): readonly string[] =>
  count === undefined ? [] : [`${count} ${why}`];
