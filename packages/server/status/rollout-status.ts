/** The last rollout of a service, as people see it. Pure. */
import type { Change, RolloutStatus, Service } from "@netwright/api";
import { formatInstant, type Instant } from "@netwright/base";
import { ledgerKeys, type Ledger, type RolloutEntry, type RolloutStep } from "@netwright/compiler";
import { displayName } from "../state/objects.ts";
import type { Facts } from "./facts.ts";

/** Nothing where there was none. */
export function rolloutOf(
  { ledger }: Pick<Facts, "ledger">,
  { metadata }: Service,
): { readonly rollout?: RolloutStatus } {
  const entry = ledger.entries.get(ledgerKeys.rollout(metadata.project, metadata.name));
  return entry?.kind === "Rollout" ? { rollout: rolloutStatus(entry) } : {};
}

/** Those that began with a change. @param next when the change after it was made */
export function rolloutsOf(
  ledger: Ledger,
  { at }: { readonly at: string },
  next: string | undefined,
): Change["rollouts"] {
  return [...ledger.values()].flatMap((entry) => {
    if (entry.kind !== "Rollout") return [];
    const since = formatInstant(entry.since);
    if (since < at || (next !== undefined && since >= next)) return [];
    const object = displayName({ kind: "Service", project: entry.project, name: entry.service });
    return [{ object, rollout: rolloutStatus(entry) }];
  });
}

const rolloutStatus = ({ since, until, steps }: RolloutEntry): RolloutStatus => ({
  since: formatInstant(since),
  took: span(since, until),
  steps: steps.map(stepStatus),
});

const stepStatus = (step: RolloutStep): RolloutStatus["steps"][number] => ({
  tier: step.tier,
  old: step.old,
  fresh: step.fresh ?? "",
  host: step.host ?? "",
  ready: span(step.placedAt, step.readyAt),
  gone: span(step.drainedSince, step.goneAt),
  connections: step.connections,
});

const span = (from: Instant | null, to: Instant | null): number | null =>
  from === null || to === null ? null : to - from;
