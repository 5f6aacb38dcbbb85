/** What becomes of an edit once it is known what it does to contracts. */
import { ContractsBroken, type Plan } from "@netwright/api";
import type { Milliseconds } from "@netwright/base";
import type { EditRequest } from "../apply/record-edit.ts";
import { publicPlan } from "../auth/private-text.ts";
import type { Admission } from "../proof/admission.ts";

export interface ProvedEdit {
  /** As who asked sees it. */
  readonly plan: Plan;
  /** Undefined where nothing changes. */
  readonly admission: Admission | undefined;
  /** Monotonic. */
  readonly started: Milliseconds;
}

/**
 * A dry run tells in its plan what would be broken; of clauses that are none of its people's business it ends as the change would.
 * @throws ContractsBroken
 */
export function refuseBroken(admission: Admission | undefined, { dryRun }: Pick<EditRequest, "dryRun">): void {
  const { broken = [] } = admission?.contracts ?? {};
  const isTold = dryRun && broken.length === admission?.visible.broken.length;
  if (broken.length > 0 && !isTold) throw new ContractsBroken(broken);
}

export function planFor({ subject }: EditRequest, plan: Plan, admission: Admission | undefined): Plan {
  const whole = admission === undefined ? plan : { ...plan, contracts: admission.visible };
  return subject.project === null ? whole : publicPlan(whole);
}
