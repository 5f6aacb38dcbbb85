/** Table `inet netwright` of the node's own namespace. Stateless: no rule asks for connection tracking. Pure. */
import { uplinkHostDevice, vxlanPort, type HostState, type NetworkState } from "@netwright/contract";
import {
  priority,
  type ChainSpec,
  type ElementSpec,
  type RuleSpec,
  type SetSpec,
  type TableSpec,
} from "../nftables/table.ts";
import { deniedOptions } from "./denied.ts";
import { egressSets, guardEgress, takeReplies } from "./egress.ts";
import { acceptQuestions, questionsSet } from "./questions.ts";

export function hostTable(state: HostState): TableSpec {
  return state.role === "Router" ? routerTable(state) : hypervisorTable(state);
}

/** VXLAN from outside the fabric ends at the edge. */
function routerTable({ underlay }: HostState): TableSpec {
  const rules: readonly RuleSpec[] = [
    { name: "external-vxlan", text: `iifname @external udp dport ${vxlanPort} counter drop` },
  ];
  return {
    family: "inet",
    sets: [
      {
        name: "external",
        kind: "set",
        type: "typeof iifname",
        elements: underlay.externalInterfaces.map((name) => ({ key: [`"${name}"`] })),
      },
    ],
    chains: [filter("input", rules), filter("forward", rules)],
  };
}

function hypervisorTable(state: HostState): TableSpec {
  return {
    family: "inet",
    sets: hypervisorSets(state),
    chains: [filter("input", input), toTenant, filter("forward", forward)],
  };
}

/** Policy accept: what is not about tunnels or tenants is the operator's. */
const filter = (hook: "input" | "forward", rules: readonly RuleSpec[]): ChainSpec => ({
  name: hook,
  hook: { type: "filter", hook, priority: priority.filter, policy: "accept" },
  rules,
});

const fromTenants = 'iifname "nwu*"';

const input: readonly RuleSpec[] = [
  { name: "peer-vxlan", text: `udp dport ${vxlanPort} ip6 saddr @peers counter accept` },
  { name: "foreign-vxlan", text: `udp dport ${vxlanPort} counter drop` },
  { name: "reply-to-host", text: `${fromTenants} iifname . ip6 saddr @sources accept` },
  {
    name: "neighbour",
    text: `${fromTenants} icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } ip6 hoplimit 255 accept`,
  },
  acceptQuestions,
  { name: "tenant-to-host", text: `${fromTenants} counter drop` },
];

const forward: readonly RuleSpec[] = [
  {
    name: "tenant-source",
    text: `${fromTenants} iifname . ip6 saddr != @sources iifname . ip6 saddr != @egressing counter drop`,
  },
  { name: "tenant-ipv4", text: `${fromTenants} meta nfproto ipv4 counter drop` },
  ...guardEgress,
  { name: "to-tenant", text: 'oifname "nwu*" goto to_tenant' },
];

/** Source, destination, protocol, port of what is dropped at a public address. */
const strangerKey = "ip6 saddr . ip6 daddr . meta l4proto . th dport";

const toTenant: ChainSpec = {
  name: "to_tenant",
  rules: [
    // The load balancer hashes ports, and only a first fragment has them.
    { name: "fragment", text: "exthdr frag exists counter drop" },
    takeReplies,
    {
      name: "listener",
      text: "meta l4proto { tcp, udp } oifname . ip6 daddr . meta l4proto . th dport @listeners counter accept",
    },
    // RFC 4890 section 4.3.1: errors must reach the end that sent the packet.
    { name: "error", text: "icmpv6 type { 1, 2, 3, 4 } oifname . ip6 daddr @vips counter accept" },
    // Apart from the drop: where the set is full, the rest of its rule is not carried out.
    {
      name: "not-exposed",
      text: `oifname . ip6 daddr @vips meta l4proto { tcp, udp } update @not_exposed { ${strangerKey} counter }`,
    },
    { name: "not-listening", text: "counter drop" },
  ],
};

function hypervisorSets(state: HostState): readonly SetSpec[] {
  const { underlay, networks } = state;
  return [
    {
      name: "peers",
      kind: "set",
      type: "typeof ip6 saddr",
      elements: underlay.tunnelPeers.map((peer) => ({ key: [peer] })),
    },
    {
      name: "listeners",
      kind: "set",
      type: "typeof oifname . ip6 daddr . meta l4proto . th dport",
      elements: networks.flatMap((network) =>
        network.loadBalancers.map(({ vip, protocol, port }) => ({ key: [device(network), vip, protocol, port] })),
      ),
    },
    {
      name: "vips",
      kind: "set",
      type: "typeof oifname . ip6 daddr",
      elements: networks.flatMap((network) => addresses(network, network.loadBalancers)),
    },
    {
      name: "sources",
      kind: "set",
      type: "typeof iifname . ip6 saddr",
      // A load balancer answers itself where a listener has no member.
      elements: networks.flatMap((network) => addresses(network, [...network.deliveries, ...network.loadBalancers])),
    },
    questionsSet(networks),
    ...egressSets(state),
    { name: "not_exposed", kind: "set", type: `typeof ${strangerKey}`, options: deniedOptions, elements: null },
  ];
}

const device = ({ vni }: NetworkState): string => `"${uplinkHostDevice(vni)}"`;

function addresses(network: NetworkState, keys: readonly { readonly vip: string }[]): readonly ElementSpec[] {
  return [...new Set(keys.map((key) => key.vip))].toSorted().map((vip) => ({ key: [device(network), vip] }));
}
