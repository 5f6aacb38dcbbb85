/** Instances that leave the ledger: drained, or without anything that they could be part of. */
import type { Milliseconds } from "@netwright/base";
import { ledgerKeys, type InstanceEntry, type Ledger } from "../ledger.ts";
import { projectKey, type ObjectSet } from "../objects.ts";
import type { Observed } from "../observed.ts";
import { addressOf } from "./address.ts";
import { remove, type Ending } from "./explanation.ts";
import { isNeeded, whyHomeless } from "./former.ts";
import { isClean } from "./leaving-hosts.ts";
import { hasDrained } from "./ready.ts";

export interface GoneInput extends Ending {
  readonly objects: ObjectSet;
  readonly observed: Observed;
  readonly drainTimeout: Milliseconds;
}

export function removeGone(input: GoneInput): void {
  const leaving = input.draft.all("Instance").flatMap(([key, instance]) => {
    const reason = reasonToGo(input, instance);
    return reason === undefined ? [] : [{ key, instance, reason }];
  });
  for (const { instance, reason } of leaving.toSorted((a, b) => (a.key < b.key ? -1 : 1)))
    remove(input, instance, reason);
}

function reasonToGo(input: GoneInput, instance: InstanceEntry): string | undefined {
  const { objects, draft } = input;
  const { host, former, phase } = instance;
  if (!objects.hosts.has(host) && draft.get("LeavingHost", ledgerKeys.leavingHost(host)) === undefined)
    return `host ${host} is deleted`;
  if (former === undefined) {
    const homeless = whyHomeless(objects, instance);
    if (homeless !== undefined) return homeless;
  }
  return phase === "Drain" ? drainedReason(input, instance) : undefined;
}

function drainedReason(input: GoneInput, instance: InstanceEntry): string | undefined {
  const { draft, observed, now, drainTimeout } = input;
  const { host, drainSince } = instance;
  const ended = (each: InstanceEntry): boolean => hasDrained(observed, each, addressOf(draft.entries, each));
  if (ended(instance) && !isNeeded(draft, instance, ended))
    return instance.role === "LoadBalancer" ? "no route leads to it any more" : "it has drained";
  if (observed.nodes.get(host)?.ready === false) return `host ${host} is not ready, nothing is left to drain`;
  if (now < (drainSince ?? 0) + drainTimeout) return undefined;
  const left = observed.instances.get(projectKey(instance.project, instance.id))?.connections ?? 0;
  return `the time for draining is over${left === 0 ? "" : `, ${left} ${left === 1 ? "connection is" : "connections are"} cut`}`;
}

/** True when something is on its way out that need not wait any longer: reports of that are no news by themselves. */
export function anyDeparted(ledger: Ledger, observe: () => Observed): boolean {
  const going = [...ledger.values()].filter(
    (entry) =>
      (entry.kind === "Instance" && entry.phase === "Drain") ||
      (entry.kind === "LeavingHost" && entry.emptySince !== undefined),
  );
  if (going.length === 0) return false;
  const observed = observe();
  return going.some((entry) =>
    entry.kind === "Instance"
      ? hasDrained(observed, entry, addressOf(ledger, entry))
      : entry.kind === "LeavingHost" && isClean(observed, entry.host.metadata.name),
  );
}
