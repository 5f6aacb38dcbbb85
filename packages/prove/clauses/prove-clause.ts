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
import type { Context } from "./context.ts";
import { counterexampleOf } from "./counterexample.ts";
import { judgeHostLoss } from "./host-loss.ts";
import type { AssumptionKey, Judgement } from "./judgement.ts";
import { OutOfBudget } from "./meter.ts";
import { judgeOnlyThrough } from "./only-through.ts";
import { statementOf } from "./statement.ts";
import type { View } from "./view.ts";

export function proveClause(context: Context, contract: ContractOf, clause: Clause): ClauseProof {
  const found = attempt(context, clause);
  const justified = contract.justified.find((each) => each.clause === clause.name);
  const isJustified = found.verdict === "Refuted" && justified !== undefined;
  return {
    clause: clauseId(contract, clause),
    kind: clause.kind,
    subject: subjectOf(clause),
    statement: statementOf(clause),
    verdict: isJustified ? "Justified" : found.verdict,
    by: found.verdict === "NotProved" ? null : "Classes",
    steps: context.meter.steps,
    origin: { object: contract.object, field: formatPath(clause.path) },
    counterexample: found.counterexample,
    reason: isJustified ? justified.reason : null,
    assumptions: found.assumptions,
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

interface Found {
  readonly verdict: "Proved" | "Refuted" | "NotProved";
  readonly counterexample: Counterexample | null;
  readonly assumptions: readonly AssumptionKey[];
}

function attempt(context: Context, clause: Clause): Found {
  try {
    return judged(context, clause);
  } catch (error) {
    if (error instanceof OutOfBudget) return { verdict: "NotProved", counterexample: null, assumptions: [] };
    throw error;
  }
}

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
