/** Takes entries out of the ledger that nothing refers to any more. Counters stay, so that numbers are not used twice. */
import { serviceChain } from "@netwright/api";
import type { Draft } from "../draft.ts";
import { ledgerKeys } from "../ledger.ts";
import type { ObjectSet } from "../objects.ts";

export function forget(objects: ObjectSet, draft: Draft): void {
  const used = usedKeys(objects, draft);
  for (const kind of ["Template", "Class", "Network"] as const) {
    for (const [key] of draft.all(kind)) if (!used.has(key)) draft.delete(key);
  }
}

/** Keys that an object asks for or an instance stands on. */
function usedKeys(objects: ObjectSet, draft: Draft): ReadonlySet<string> {
  const used = new Set<string>();
  for (const { object } of objects.networks.values())
    used.add(ledgerKeys.network(object.metadata.project, object.metadata.name));
  for (const { object } of objects.services.values()) {
    const { project, name } = object.metadata;
    used.add(ledgerKeys.network(project, object.spec.network));
    for (const tier of serviceChain(object)) used.add(ledgerKeys.class(project, name, tier.name));
  }
  for (const [, { project, service, tier, network, template }] of draft.all("Instance")) {
    used.add(ledgerKeys.network(project, network));
    used.add(ledgerKeys.class(project, service, tier));
    used.add(ledgerKeys.template(project, service, tier, template));
  }
  return used;
}
