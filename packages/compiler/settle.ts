/** Where reconciling ends when everything it starts becomes ready and everything it drains is done. */
import type { Instant } from "@netwright/base";
import { applyLedgerChanges, type Ledger } from "./ledger.ts";
import { projectKey, type ObjectSet } from "./objects.ts";
import type { Observed } from "./observed.ts";
import type { Explanation } from "./place/explanation.ts";
import { reconcile } from "./reconcile.ts";

export interface Settled {
  readonly ledger: Ledger;
  /** With every instance ready; nodes as they were observed. */
  readonly observed: Observed;
  readonly explanations: readonly Explanation[];
}

/** A replacement takes three steps: surge, drain, remove. Where room is short it takes three per instance. */
const maxSteps = 1000;

/** Plans are made for this end, so that they show what an apply leads to and not its first step. */
export function settle(objects: ObjectSet, ledger: Ledger, nodes: Observed["nodes"], now: Instant): Settled {
  const explanations: Explanation[] = [];
  let current = ledger;
  for (let count = 0; count < maxSteps; count++) {
    const observed = allDone(current, nodes);
    const { changes, explanations: said } = reconcile({ objects, ledger: current, observed, now });
    explanations.push(...said.filter(({ action }) => action !== "Wait"));
    if (changes.length === 0) return { ledger: current, observed, explanations };
    current = applyLedgerChanges(current, changes);
  }
  return { ledger: current, observed: allDone(current, nodes), explanations };
}

function allDone(ledger: Ledger, nodes: Observed["nodes"]): Observed {
  const instances = new Map<string, { phase: "Ready" | "Stopping"; drained: boolean }>();
  for (const entry of ledger.values()) {
    if (entry.kind !== "Instance") continue;
    const done = entry.phase === "Drain";
    instances.set(projectKey(entry.project, entry.id), { phase: done ? "Stopping" : "Ready", drained: done });
  }
  return { instances, nodes };
}
