/** A proof as CI systems read it: a test suite a subject, a test case a clause. Pure. */
import { proofSubjects, type ClauseProof, type ProofReport } from "@netwright/api";
import { milliseconds, type Instant, type Milliseconds } from "@netwright/base";
import { renderJunitXml, type JunitCase } from "@netwright/scenario/report/junit-xml.ts";
import { renderClause } from "./proof.ts";

/** What was not proved is an error, for nobody knows; what was accepted is skipped, with the reason. */
const outcomes = { Proved: "Passed", Refuted: "Failed", NotProved: "Error", Justified: "Skipped" } as const;

export function renderProofJunit(
  { clauses, steps }: ProofReport,
  { begunAt, took }: { readonly begunAt: Instant; readonly took: Milliseconds },
): string {
  const present = proofSubjects.filter((subject) => clauses.some((clause) => clause.subject === subject));
  const suites = present.map((subject) => ({
    name: subject,
    file: null,
    took: milliseconds(0),
    begunAt,
    properties: [],
    cases: clauses.filter((clause) => clause.subject === subject).map(caseOf),
  }));
  const [first, ...more] = suites;
  const counted = first === undefined ? [] : [{ ...first, properties: [["steps", String(steps)] as const] }, ...more];
  return renderJunitXml({ name: "netwright verify", suites: counted, took, begunAt });
}

function caseOf(clause: ClauseProof): JunitCase {
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
    output: "",
  };
}
