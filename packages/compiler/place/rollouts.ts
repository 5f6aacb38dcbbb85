/** Writes down how replacing is going: which instance came for which, when it was ready, and when the old one was gone. */
import type { Instant } from "@netwright/base";
import type { Draft } from "../draft.ts";
import type { InstanceEntry } from "../ledger-entries.ts";
import { ledgerKeys } from "../ledger-keys.ts";
import type { RolloutEntry, RolloutStep } from "../rollout-entries.ts";
import { projectKey, type ObjectSet } from "../objects.ts";
import type { Observed } from "../observed.ts";
import type { Busy } from "./busy.ts";
import type { Explanation } from "./explanation.ts";
import { isReady } from "./ready.ts";

export interface RolloutInput {
  readonly objects: ObjectSet;
  readonly draft: Draft;
  readonly busy: Busy;
  readonly observed: Observed;
  readonly now: Instant;
  /** What was decided in this step. */
  readonly explanations: readonly Explanation[];
}

export function followRollouts(input: RolloutInput): void {
  const { objects, draft, busy, explanations } = input;
  for (const [key, { project, service }] of busy.all("Rollout"))
    if (!objects.services.has(projectKey(project, service))) draft.delete(key);
  const touched = new Set(explanations.map(({ project, service }) => projectKey(project, service)));
  const under = busy.all("Rollout").filter(([, { until }]) => until === null);
  for (const [, { project, service }] of under) touched.add(projectKey(project, service));
  for (const key of touched) {
    const metadata = objects.services.get(key)?.object.metadata;
    if (metadata !== undefined) followOne(input, metadata.project, metadata.name);
  }
}

function followOne({ draft, observed, now, explanations }: RolloutInput, project: string, service: string): void {
  const key = ledgerKeys.rollout(project, service);
  const known = draft.get("Rollout", key);
  const instances = new Map(draft.instancesOf(project, service).map((each) => [each.id, each]));
  const before = known?.until === null ? known : undefined;
  const own = explanations.filter((each) => each.project === project && each.service === service);
  const placed = new Set(own.filter(({ action }) => action === "Place").map(({ instance }) => instance));
  const begun = [...instances.values()].filter(({ id, replaces }) => replaces !== undefined && placed.has(id));
  const drained = own.filter(({ action, reason }) => action === "Drain" && reason.startsWith("replaced"));
  if (before === undefined && begun.length === 0 && drained.length === 0) return;
  const steps = withBegun(before?.steps ?? [], begun, drained, now).map((step) =>
    brought(step, { project, instances, observed, now }),
  );
  const isOver = steps.every(({ goneAt, fresh: id, readyAt }) => goneAt !== null && (id === null || readyAt !== null));
  const entry: RolloutEntry = {
    kind: "Rollout",
    project,
    service,
    since: before?.since ?? now,
    until: isOver ? now : null,
    steps,
  };
  draft.put(key, entry);
}

const newStep = (tier: string, old: string): RolloutStep => ({
  tier,
  old,
  fresh: null,
  host: null,
  placedAt: null,
  readyAt: null,
  drainedSince: null,
  goneAt: null,
  connections: null,
});

function withBegun(
  steps: readonly RolloutStep[],
  begun: readonly InstanceEntry[],
  drained: readonly Explanation[],
  now: Instant,
): readonly RolloutStep[] {
  const all = new Map(steps.map((step) => [step.old, step]));
  for (const { tier, replaces = "", id, host } of begun)
    all.set(replaces, { ...(all.get(replaces) ?? newStep(tier, replaces)), fresh: id, host, placedAt: now });
  for (const { tier, instance } of drained) if (!all.has(instance)) all.set(instance, newStep(tier, instance));
  return [...all.values()];
}

interface Seen {
  readonly project: string;
  readonly instances: ReadonlyMap<string, InstanceEntry>;
  readonly observed: Observed;
  readonly now: Instant;
}

/** The step with what is so now. A fresh instance that is gone again has nothing left to become. */
function brought(step: RolloutStep, { project, instances, observed, now }: Seen): RolloutStep {
  const old = instances.get(step.old);
  const fresh = step.fresh === null ? undefined : instances.get(step.fresh);
  const isDone = step.fresh !== null && (fresh === undefined || fresh.phase === "Drain" || isReady(observed, fresh));
  const gone = old === undefined || (old.phase === "Run" && step.fresh !== null && fresh === undefined);
  const connections = observed.instances.get(projectKey(project, step.old))?.connections;
  return {
    ...step,
    readyAt: step.readyAt ?? (isDone ? now : null),
    drainedSince: step.drainedSince ?? (old?.phase === "Drain" ? (old.drainSince ?? now) : null),
    goneAt: step.goneAt ?? (gone ? now : null),
    connections: step.goneAt === null ? (connections ?? step.connections) : step.connections,
  };
}
