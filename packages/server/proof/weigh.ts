/** What a change does to contracts. Pure. */
import type { ClauseProof, PlanContracts, ProofSubject } from "@netwright/api";
import { isVisibleName, type Scope } from "../auth/scope.ts";
import type { Judgement } from "./prover.ts";

/** What holds always and lets nobody in where it does not: a rule of no use, a service that nobody gets to. It is told, and stops nothing. */
const harmless: ReadonlySet<ProofSubject> = new Set(["NoDeadRule", "NoBlackHole", "ReturnTraffic"]);

const isHarmless = ({ kind, subject }: ClauseProof): boolean => kind === "Implied" && harmless.has(subject);

/**
 * Old trouble does not stop people from working: what was refuted, for the same reason, before the change is none of its business.
 * @param before undefined where all is proved after it: then it breaks nothing
 */
export function weigh(after: Judgement, before: Judgement | undefined): PlanContracts {
  const known = new Set(before?.open.map(trouble));
  const fresh = after.open.filter((clause) => !known.has(trouble(clause)));
  const of = (clauses: readonly ClauseProof[], verdict: ClauseProof["verdict"]): readonly ClauseProof[] =>
    clauses.filter((clause) => clause.verdict === verdict);
  const refuted = of(fresh, "Refuted");
  return {
    proved: [...after.proved.values()].reduce((sum, count) => sum + count, 0),
    justified: of(after.open, "Justified").length,
    notProved: of(after.open, "NotProved").length,
    refuted: of(after.open, "Refuted").length,
    broken: refuted.filter((clause) => !isHarmless(clause)),
    accepted: of(fresh, "Justified"),
    unproved: [...of(fresh, "NotProved"), ...refuted.filter(isHarmless)],
  };
}

/** Which clause, what it says, and what speaks against it: another rule or another moment is another trouble. */
function trouble({ clause, statement, verdict, reason, counterexample }: ClauseProof): string {
  const rules = counterexample?.rules.map(({ object, field }) => [object, field]);
  return JSON.stringify([clause, statement, verdict, reason, counterexample?.when, counterexample?.message, rules]);
}

/** The part that people of one project see: clauses of their own objects, and of counterexamples no rules of others. */
export function visibleJudgement(scope: Scope, { proved, open, findings }: Judgement): Judgement {
  return {
    proved: new Map([...proved].filter(([object]) => isVisibleName(scope, object))),
    open: visibleClauses(scope, open),
    findings,
  };
}

export function visibleClauses(scope: Scope, clauses: readonly ClauseProof[]): readonly ClauseProof[] {
  if (scope === null) return clauses;
  return clauses
    .filter(({ origin }) => origin !== null && isVisibleName(scope, origin.object))
    .map((clause) => ({ ...clause, counterexample: visibleExample(scope, clause.counterexample) }));
}

function visibleExample(scope: Scope, example: ClauseProof["counterexample"]): ClauseProof["counterexample"] {
  if (example === null) return null;
  const path = example.path.map(({ rule, ...hop }) =>
    rule === undefined || !isVisibleName(scope, rule.object) ? hop : { ...hop, rule },
  );
  return { ...example, path, rules: example.rules.filter(({ object }) => isVisibleName(scope, object)) };
}
