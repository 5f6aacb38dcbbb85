/** Sets and maps of one tenant namespace. Pure. */
import { workloadVeth, type NetworkState } from "@netwright/contract";
import { elementComment, type ElementSpec, type SetSpec } from "../nftables/table.ts";
import { deniedOptions } from "./denied.ts";
import { answerSets, egressSources } from "./egress.ts";

/**
 * Source class, destination class, protocol, port: one look-up however many policies. Classes are bits 80 to 95 of an
 * address, read straight from the IPv6 header, whose addresses start at bits 64 and 192 (RFC 8200 section 3).
 * Invariant: only behind a check that both addresses are inside the network.
 */
export const flowKey = "@nh,144,16 . @nh,272,16 . meta l4proto . th dport";

/** Of a packet that would leave: source class, destination, protocol, port. */
export const leavingKey = "@nh,144,16 . ip6 daddr . meta l4proto . th dport";

export function tenantSets(network: NetworkState): readonly SetSpec[] {
  return [
    { name: "owners", kind: "set", type: "typeof iifname . ip6 saddr", elements: owners(network) },
    {
      name: "vips",
      kind: "set",
      type: "typeof ip6 daddr",
      elements: unique(network.deliveries.map(({ vip }) => ({ key: [vip] }))),
    },
    {
      name: "deliveries",
      kind: "map",
      type: "type ether_addr . ipv6_addr . inet_proto . inet_service : ipv6_addr . inet_service",
      elements: unique(
        network.deliveries.map(({ mac, vip, protocol, port, address, targetPort }) => ({
          key: [mac, vip, protocol, port],
          data: `${address} . ${targetPort}`,
        })),
      ),
    },
    {
      name: "delivered",
      kind: "set",
      type: "typeof ip6 daddr . meta l4proto . th dport",
      elements: unique(
        network.deliveries.map(({ address, protocol, targetPort }) => ({ key: [address, protocol, targetPort] })),
      ),
    },
    egressSources(network),
    ...answerSets(network),
    { name: "flows", kind: "map", type: `typeof ${flowKey} : verdict`, elements: flows(network) },
    { name: "denied", kind: "set", type: `typeof ${flowKey}`, options: deniedOptions, elements: null },
    {
      name: "denied_in",
      kind: "set",
      type: "typeof @nh,272,16 . meta l4proto . th dport",
      options: deniedOptions,
      elements: null,
    },
    {
      name: "denied_out",
      kind: "set",
      type: `typeof ${leavingKey}`,
      options: deniedOptions,
      elements: null,
    },
    { name: "spoofed", kind: "set", type: "typeof iifname . ip6 saddr", options: deniedOptions, elements: null },
  ];
}

const owners = ({ workloads }: NetworkState): readonly ElementSpec[] =>
  workloads.map((workload) => ({
    key: [`"${workloadVeth(workload)}"`, workload.address],
    comment: elementComment(workload.id),
  }));

const flows = ({ policy }: NetworkState): readonly ElementSpec[] =>
  unique(
    policy.map(({ from, to, protocol, port, origin }) => ({
      key: [from, to, protocol, port],
      data: "accept",
      comment: elementComment(`${origin.object} ${origin.field}`),
    })),
  );

/** The first of equal keys: several manifests may ask for one flow. */
function unique(elements: readonly ElementSpec[]): readonly ElementSpec[] {
  const seen = new Map(elements.toReversed().map((element) => [element.key.join(" . "), element]));
  return elements.filter((element) => seen.get(element.key.join(" . ")) === element);
}
