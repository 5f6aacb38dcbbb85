/** Asks whether a change may be made: what contracts say of it, and of how it was before. */
import type { PlanContracts } from "@netwright/api";
import type { ForeseenChange } from "@netwright/compiler";
import { placeFindings, placeReport } from "@netwright/prove/written-contracts.ts";
import type { CandidateChange } from "../apply/candidate.ts";
import { checkDiagnostics } from "../apply/check.ts";
import type { Scope } from "../auth/scope.ts";
import type { Items } from "../state/objects.ts";
import type { Judgement, Prover } from "./prover.ts";
import { questionOf } from "./question.ts";
import { visibleJudgement, weigh } from "./weigh.ts";

export interface ProposedChange {
  readonly before: Items;
  readonly after: Items;
  readonly changes: readonly CandidateChange[];
  readonly foreseen: Pick<ForeseenChange, "before" | "after">;
}

export interface Admission {
  /** Of the whole site. */
  readonly contracts: PlanContracts;
  /** As the scope sees it. */
  readonly visible: PlanContracts;
}

/** @throws NetwrightError for contracts that are wrong themselves: clauses that select nothing, or contradict each other. */
export async function admitChange(prover: Prover, change: ProposedChange, scope: Scope): Promise<Admission> {
  const { before, after, changes, foreseen } = change;
  const last = placed(await prover.judge(questionOf(after, foreseen.after, foreseen.before)), after);
  const isClean = last.open.length === 0 && last.findings.length === 0;
  const first = isClean ? undefined : placed(await prover.judge(questionOf(before, foreseen.before)), before);
  checkDiagnostics(first?.findings ?? [], last.findings, changes);
  const seen = (judgement: Judgement | undefined) =>
    judgement === undefined ? undefined : visibleJudgement(scope, judgement);
  const contracts = weigh(last, first);
  return { contracts, visible: scope === null ? contracts : weigh(visibleJudgement(scope, last), seen(first)) };
}

/** The place of a clause in a file is no part of what it says. */
function placed({ proved, open, findings }: Judgement, items: Items): Judgement {
  if (open.length === 0 && findings.length === 0) return { proved, open, findings };
  const { clauses } = placeReport({ clauses: open, assumptions: [], steps: 0 }, items.values());
  return { proved, open: clauses, findings: placeFindings(findings, items.values()) };
}
