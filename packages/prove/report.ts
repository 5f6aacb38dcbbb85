/** Proofs as everybody reads them. */
import { type ClauseProof, type ProofReport } from "@netwright/api";
import { assumptionTexts, type AssumptionKey } from "./clauses/judgement.ts";

/** @param clauses by subject, then name */
export function reportOf(clauses: readonly ClauseProof[]): ProofReport {
  const used = new Set<string>();
  let steps = 0;
  for (const clause of clauses) {
    steps += clause.steps;
    for (const key of clause.assumptions) used.add(key);
  }
  const assumptions = [...used].toSorted().map((key) => ({ key, text: assumptionTexts[key as AssumptionKey] }));
  return { clauses, assumptions, steps };
}
