/** A proof as CI systems read it: a test suite a subject, a test case a clause. Pure. */
import { proofSubjects } from "@netwright/api";
import { milliseconds, type Instant, type Milliseconds } from "@netwright/base";
import { renderJunitXml, type JunitCase, type JunitSuite } from "@netwright/scenario/report/junit-xml.ts";
import { renderClause, type Clause, type Report } from "./proof.ts";
import { testedText } from "./tested-clauses.ts";

/** What was not proved is an error, for nobody knows; what was accepted is skipped, with the reason. */
const outcomes = { Proved: "Passed", Refuted: "Failed", NotProved: "Error", Justified: "Skipped" } as const;

export function renderProofJunit(
  report: Report,
  { begunAt, took }: { readonly begunAt: Instant; readonly took: Milliseconds },
): string {
  return renderJunitXml({ name: "netwright verify", suites: proofSuites(report, begunAt), took, begunAt });
}

/** One for each subject that has clauses. */
export function proofSuites({ clauses, steps }: Report, begunAt: Instant): readonly JunitSuite[] {
  const present = proofSubjects.filter((subject) => clauses.some((clause) => clause.subject === subject));
  return present.map((subject, index) => ({
    name: subject,
    file: null,
    took: milliseconds(0),
    begunAt,
    properties: index === 0 ? [["steps", String(steps)] as const] : [],
    cases: clauses.filter((clause) => clause.subject === subject).map(caseOf),
  }));
}

function caseOf(clause: Clause): JunitCase {
  const { verdict, statement, origin, counterexample, reason } = clause;
  const message = reason ?? counterexample?.message ?? (verdict === "NotProved" ? "the budget was not enough" : "");
  return {
    name: `${clause.clause}: ${statement}`,
    file: origin?.source?.file ?? null,
    line: origin?.source?.line ?? null,
    took: milliseconds(0),
    outcome: outcomes[verdict],
    message,
    detail: verdict === "Proved" ? "" : renderClause(clause, false),
    output: clause.tested === undefined ? "" : testedText({ ...clause, tested: clause.tested }),
  };
}
