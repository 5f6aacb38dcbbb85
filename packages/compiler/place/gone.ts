/** Instances that leave the ledger: drained, or without a service, a tier, a network or a host to be in. */
import { serviceChain } from "@netwright/api";
import type { Instant, Milliseconds } from "@netwright/base";
import type { Draft } from "../draft.ts";
import type { InstanceEntry } from "../ledger.ts";
import { projectKey, type ObjectSet } from "../objects.ts";
import type { Observed } from "../observed.ts";
import type { Explanation } from "./explanation.ts";

export interface GoneInput {
  readonly objects: ObjectSet;
  readonly draft: Draft;
  readonly observed: Observed;
  readonly now: Instant;
  readonly drainTimeout: Milliseconds;
  readonly explain: (explanation: Explanation) => void;
}

export function removeGone(input: GoneInput): void {
  const tiersOf = new Map<string, ReadonlySet<string>>();
  for (const [key, { object }] of input.objects.services)
    tiersOf.set(key, new Set(serviceChain(object).map(({ name }) => name)));
  const leaving = input.draft.all("Instance").flatMap(([key, instance]) => {
    const reason = reasonToGo(input, instance, tiersOf);
    return reason === undefined ? [] : [{ key, instance, reason }];
  });
  for (const { key, instance, reason } of leaving.toSorted((a, b) => (a.key < b.key ? -1 : 1))) {
    const { project, service, tier, id, host } = instance;
    input.draft.delete(key);
    input.explain({ project, service, tier, instance: id, action: "Remove", host, reason });
  }
}

function reasonToGo(
  input: GoneInput,
  instance: InstanceEntry,
  tiersOf: ReadonlyMap<string, ReadonlySet<string>>,
): string | undefined {
  const { project, service, tier, host, network } = instance;
  const key = projectKey(project, service);
  const object = input.objects.services.get(key)?.object;
  if (object === undefined) return `service ${service} is deleted`;
  if (tiersOf.get(key)?.has(tier) !== true) return `service ${service} has no tier ${tier} any more`;
  if (object.spec.network !== network) return `service ${service} is in network ${object.spec.network} now`;
  if (!input.objects.hosts.has(host)) return `host ${host} is deleted`;
  return instance.phase === "Drain" ? drainedReason(input, instance) : undefined;
}

function drainedReason(
  { observed, now, drainTimeout }: GoneInput,
  { project, id, host, drainSince }: InstanceEntry,
): string | undefined {
  if (observed.instances.get(projectKey(project, id))?.drained === true) return "it has drained";
  if (observed.nodes.get(host)?.ready === false) return `host ${host} is not ready, nothing is left to drain`;
  return now >= (drainSince ?? 0) + drainTimeout ? "the time for draining is over" : undefined;
}
