/** One clause of a contract: proved, refuted with a packet, or given up. */
import {
  formatPath,
  type Clause,
  type ClauseProof,
  type ContractOf,
  type Counterexample,
  type ProofSubject,
} from "@netwright/api";
import { judgeCanReach } from "./can-reach.ts";
import { judgeCannotReach, judgeOnlyFrom } from "./cannot-reach.ts";
import { withinBudget, type Conclusion } from "./conclude.ts";
import type { Context } from "./context.ts";
import { counterexampleOf } from "./counterexample.ts";
import { judgeHostLoss } from "./host-loss.ts";
import type { Judgement } from "./judgement.ts";
import { judgeOnlyThrough } from "./only-through.ts";
import { statementOf } from "./statement.ts";
import type { View } from "./view.ts";

export function proveClause(context: Context, contract: ContractOf, clause: Clause): ClauseProof {
  const found = withinBudget(context, () => judged(context, clause));
  const justified = contract.justified.find((each) => each.clause === clause.name);
  const isJustified = found.verdict === "Refuted" && justified !== undefined;
  return {
    clause: clauseId(contract, clause),
    kind: clause.kind,
    subject: subjectOf(clause),
    statement: statementOf(clause),
    ...found,
    verdict: isJustified ? "Justified" : found.verdict,
    origin: { object: contract.object, field: formatPath(clause.path) },
    reason: isJustified ? justified.reason : null,
  };
}

export const clauseId = ({ object }: ContractOf, { name }: Clause): string => `${object} ${name}`;

function subjectOf(clause: Clause): ProofSubject {
  if (clause.kind === "Invariant") return "Steps";
  switch (clause.form) {
    case "CanReach":
      return clause.despiteHostLoss ? "HostLoss" : clause.through.length > 0 ? "Waypoints" : "Reachability";
    case "OnlyThrough":
      return "Waypoints";
    case "CannotReach":
    case "OnlyFrom":
      return "Isolation";
  }
}

type Found = Omit<Conclusion, "steps" | "by">;

function judged(context: Context, clause: Clause): Found {
  const refuted = (counterexample: Counterexample): Found => ({ verdict: "Refuted", counterexample, assumptions: [] });
  const view = context.after();
  const now = judge(view, clause);
  if (!now.holds) return refuted(counterexampleOf(context, now, "After"));
  const loss = clause.form === "CanReach" && clause.despiteHostLoss ? judgeHostLoss(view, now.edges) : undefined;
  if (loss !== undefined) return refuted(counterexampleOf(context, loss, { lost: loss.lost }));
  const assumptions = new Set(now.assumptions);
  const before = context.before();
  if (before !== undefined) {
    const then = judge(before, clause);
    // What was broken before the change is judged at its end alone: a repair must not be refused.
    if (!then.holds && clause.form !== "CanReach") assumptions.add("connections-cut");
    if (then.holds && clause.kind === "Invariant") {
      const during = judge(context.during(), clause);
      if (!during.holds) return refuted(counterexampleOf(context, during, "During"));
      assumptions.add("make-before-break");
    }
  }
  return { verdict: "Proved", counterexample: null, assumptions: [...assumptions].toSorted() };
}

function judge(view: View, clause: Clause): Judgement {
  switch (clause.form) {
    case "CanReach":
      return judgeCanReach(view, clause);
    case "CannotReach":
      return judgeCannotReach(view, clause);
    case "OnlyThrough":
      return judgeOnlyThrough(view, clause);
    case "OnlyFrom":
      return judgeOnlyFrom(view, clause);
  }
}
