/** Where classes may go outside their networks, rule by rule, and packets that do. */
import { addressAt, isPrefix, prefixSize, type DomainPattern, type Ipv6, type Ipv6Prefix } from "@netwright/base";
import type { Origin, Protocol, WorkloadState } from "@netwright/contract";
import type { Fabric, LocalNetwork } from "./fabric.ts";
import { exampleClient, type ClassName } from "./flows.ts";
import { send } from "./send.ts";
import type { Packet } from "./trace.ts";

/** What one class of one network may open to one place, from any host. */
export interface EgressRule {
  readonly project: string;
  readonly network: string;
  readonly from: ClassName;
  readonly protocol: Protocol;
  readonly port: number;
  readonly to: Ipv6Prefix | DomainPattern;
  readonly origin: Origin;
  /** Instances of the class, on hosts that have the rule. */
  readonly sources: readonly WorkloadState[];
}

/** Of the given networks, in no order; a rule of a class without instances is none. */
export function egressRulesOf(fabric: Fabric, vnis: Iterable<number>): readonly EgressRule[] {
  const rules = new Map<string, EgressRule>();
  for (const vni of vnis) {
    for (const local of fabric.networks.get(vni)?.values() ?? []) {
      for (const rule of localRules(local)) {
        const key = `${vni} ${rule.from.service}/${rule.from.tier} ${rule.protocol} ${rule.port} ${rule.to}`;
        const known = rules.get(key);
        rules.set(key, known === undefined ? rule : { ...known, sources: [...known.sources, ...rule.sources] });
      }
    }
  }
  return [...rules.values()];
}

function localRules({ state }: LocalNetwork): readonly EgressRule[] {
  const { project, name: network, egress = [], workloads } = state;
  return egress.flatMap(({ from, protocol, port, to, origin }) => {
    const sources = workloads.filter((workload) => workload.class === from);
    const [first] = sources;
    if (first === undefined) return [];
    const { service, tier } = first;
    return [{ project, network, from: { project, service, tier }, protocol, port, to, origin, sources }];
  });
}

/**
 * A packet of the rule's class to that part of where the rule leads, which gets out or to somebody; undefined when none of those
 * that are tried does, as with addresses of the site's own.
 */
export function egressPacket(fabric: Fabric, rule: EgressRule, to: EgressRule["to"] = rule.to): Packet | undefined {
  const { project, protocol, port } = rule;
  for (const destination of destinationsIn(to)) {
    for (const { id, address } of rule.sources) {
      const packet: Packet = {
        from: { project, instance: id },
        source: address,
        destination,
        protocol,
        sourcePort: 40_000,
        destinationPort: port,
        ...(isPrefix(to) ? {} : { name: to.replace(/^\*/, "any") }),
      };
      if (send(fabric, packet).verdict === "Delivered") return packet;
    }
  }
  return undefined;
}

/** First and last of it; of a name any address, for nobody knows which one it will have. */
function destinationsIn(to: EgressRule["to"]): readonly Ipv6[] {
  if (!isPrefix(to)) return [exampleClient];
  const size = prefixSize(to);
  const offsets = [1n, 0n, size - 1n].filter((offset) => offset < size);
  return offsets.map((offset) => addressAt(to, offset));
}
