/** The way of a workload's connection to the internet: one rule per flow, then in the name of an address of the pool. Pure. */
import { isPrefix } from "@netwright/base";
import {
  answersSet,
  egressMark,
  patternsOf,
  siteAddresses,
  uplinkHostDevice,
  uplinkTenantDevice,
  type EgressEntry,
  type HostState,
  type NetworkState,
} from "@netwright/contract";
import type { ChainSpec, ElementSpec, RuleSpec, SetSpec } from "../nftables/table.ts";

type Network = Pick<NetworkState, "vni" | "prefix" | "workloads" | "egress">;

const uplink = `"${uplinkTenantDevice}"`;

/** In the tenant's namespace. Empty where nobody may: then the packet goes on to where it is counted and dropped. */
export const egressChain = ({ egress = [] }: Network): ChainSpec => ({
  name: "egress",
  rules: egress.map((entry, index) => ({ name: `flow-${index + 1}`, text: flowText(entry) })),
});

function flowText(entry: EgressEntry): string {
  const { from, to, protocol, port } = entry;
  const [where, mark] = isPrefix(to) ? [to, ""] : [`@${answersSet(to)}`, ` ct mark set ${egressMark(entry)}`];
  return `@nh,144,16 ${from} ip6 daddr ${where} ${protocol} dport ${port}${mark} counter accept`;
}

/** Addresses of one pattern at most: who answers for its names may be a stranger. */
export const mostAnswers = 1024;

/** Filled by the agent with what the resolver answers; each element goes by itself when its time is over. */
export const answerSets = (network: Network): readonly SetSpec[] =>
  patternsOf(network).map((pattern) => ({
    name: answersSet(pattern),
    kind: "set",
    type: "type ipv6_addr",
    options: ["flags timeout", `size ${mostAnswers}`],
    elements: null,
  }));

export const toEgress = ({ prefix }: Network): RuleSpec => ({
  name: "egress",
  text: `iifname "w*" oifname ${uplink} ip6 saddr ${prefix} ip6 daddr != ${prefix} jump egress`,
});

/** Without an element a packet keeps its address, which the node's own namespace drops. */
export const maskEgress: RuleSpec = {
  name: "egress",
  text: `oifname ${uplink} snat ip6 to ip6 saddr map @egress_sources`,
};

export const egressSources = ({ workloads, egress = [] }: Network): SetSpec => {
  const sources = new Map(egress.map(({ from, source }) => [from, source]));
  return {
    name: "egress_sources",
    kind: "map",
    type: "type ipv6_addr : ipv6_addr",
    elements: workloads.flatMap(({ class: cls, address }): readonly ElementSpec[] => {
      const data = sources.get(cls);
      return data === undefined ? [] : [{ key: [address], data }];
    }),
  };
};

/** In the node's own namespace: (uplink, source address). */
const egressing = (networks: readonly Network[]): readonly ElementSpec[] =>
  networks.flatMap(({ vni, egress = [] }) =>
    [...new Set(egress.map(({ source }) => source))]
      .toSorted()
      .map((source) => ({ key: [`"${uplinkHostDevice(vni)}"`, source] })),
  );

/**
 * To the internet by way of the routers, or to a public address served here, and nowhere else: not to what the site runs
 * itself, and not out of an interface that leads elsewhere, such as a management network.
 */
export const guardEgress: readonly RuleSpec[] = [
  { name: "egress-to-fabric", text: "iifname . ip6 saddr @egressing ip6 daddr @fabric counter drop" },
  {
    name: "egress-elsewhere",
    text: 'iifname . ip6 saddr @egressing oifname != "nwu*" oifname != @ways counter drop',
  },
];

export const takeReplies: RuleSpec = { name: "egress-reply", text: "oifname . ip6 daddr @egressing counter accept" };

export function egressSets(state: HostState): readonly SetSpec[] {
  const { networks, bgp } = state;
  const ways = new Set(bgp.neighbors.flatMap((neighbor) => neighbor.interface ?? []));
  return [
    { name: "egressing", kind: "set", type: "typeof iifname . ip6 saddr", elements: egressing(networks) },
    {
      name: "fabric",
      kind: "set",
      type: "typeof ip6 daddr",
      elements: [...siteAddresses(state)].toSorted().map((key) => ({ key: [key] })),
    },
    {
      name: "ways",
      kind: "set",
      type: "typeof oifname",
      elements: [...ways].toSorted().map((name) => ({ key: [`"${name}"`] })),
    },
  ];
}
