/** Status of networks and pools. Pure. */
import type { AddressPool, Condition, Network } from "@netwright/api";
import { prefixContains, type Ipv6Prefix } from "@netwright/base";
import { ledgerKeys, type NetworkEntry } from "@netwright/compiler";
import { allowedFlows } from "./allowed-flows.ts";
import { conditionsOf } from "./conditions.ts";
import type { Facts } from "./facts.ts";

export function networkStatus(
  facts: Facts,
  entry: NetworkEntry,
  generation: number,
  before: readonly Condition[],
): NonNullable<Network["status"]> {
  const hosts: string[] = [];
  const rules: { host: string; rules: number }[] = [];
  const union = new Set<string>();
  let mtu = 0;
  for (const [node, { state }] of facts.states.all()) {
    const network = state.networks.find(({ project, name }) => project === entry.project && name === entry.name);
    if (network === undefined) continue;
    hosts.push(node);
    mtu = network.mtu;
    const allowed = allowedFlows(network);
    for (const flow of allowed) union.add(flow);
    rules.push({ host: node, rules: allowed.length });
  }
  const ready = {
    type: "Ready",
    status: "True",
    reason: "Allocated",
    message: `VNI ${entry.vni}`,
    observedGeneration: generation,
  } as const;
  return {
    vni: entry.vni,
    prefix: entry.prefix,
    mtu,
    hosts: hosts.toSorted(),
    rules: rules.toSorted((a, b) => (a.host < b.host ? -1 : 1)),
    ruleUnion: union.size,
    conditions: [...conditionsOf([ready], before, facts.now)],
  };
}

export const networkEntry = (facts: Facts, project: string, name: string): NetworkEntry | undefined => {
  const entry = facts.ledger.entries.get(ledgerKeys.network(project, name));
  return entry?.kind === "Network" ? entry : undefined;
};

export function poolStatus(facts: Facts, pool: AddressPool): NonNullable<AddressPool["status"]> {
  const prefixes = pool.spec.prefixes as readonly Ipv6Prefix[];
  let [allocated, resting] = [0, 0];
  for (const entry of facts.ledger.entries.values()) {
    if (entry.kind === "Vip" && entry.pool === pool.metadata.name) allocated++;
    else if (entry.kind === "Resting" && prefixes.some((prefix) => prefixContains(prefix, entry.address))) resting++;
  }
  return { allocated, resting };
}
