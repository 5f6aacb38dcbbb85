/**
 * Table `netdev netwright` of one tenant namespace: pick a member, leave the packet otherwise as it is. Pure.
 * New flows follow the slot table, which is the same on every host. A flow that was seen here before stays with its
 * member as long as that can be reached, so that a change of members moves no open connection.
 */
import { ipv6Number, type Mac } from "@netwright/base";
import {
  maglevSeed,
  maglevSize,
  maglevTable,
  tunnelDevice,
  uplinkTenantDevice,
  type ListenerKey,
  type LoadBalancer,
  type NetworkState,
} from "@netwright/contract";
import {
  elementComment,
  priority,
  type ChainSpec,
  type ElementSpec,
  type RuleSpec,
  type SetSpec,
  type TableSpec,
} from "../nftables/table.ts";

/** IANA protocol numbers, as they stand in the header that an ICMPv6 error quotes. */
const protocolNumber = { tcp: 6, udp: 17 } as const;

/** Suffix of the objects of one listener: `tcp_443_` and the address in 32 hexadecimal digits. */
export const listenerName = ({ vip, protocol, port }: ListenerKey): string =>
  `${protocol}_${port}_${ipv6Number(vip).toString(16).padStart(32, "0")}`;

export function balancerTable(network: NetworkState): TableSpec {
  const balanced = network.loadBalancers;
  return {
    family: "netdev",
    sets: [
      localSet(network),
      reachableSet(network),
      listenerMap(balanced),
      errorMap(balanced),
      ...balanced.flatMap(flowMaps),
    ],
    chains: [deliver, refuse, ...balanced.flatMap(listenerChains), uplink, tunnel],
  };
}

const macSet = (name: string, macs: readonly Mac[]): SetSpec => ({
  name,
  kind: "set",
  type: "typeof ether daddr",
  elements: [...new Set(macs)].toSorted().map((mac) => ({ key: [mac] })),
});

/** MACs of the members on this host. */
const localSet = ({ deliveries }: NetworkState): SetSpec =>
  macSet(
    "local",
    deliveries.map((delivery) => delivery.mac),
  );

/** Members here and on other hosts, with those that take no new flows any more but still have some. */
const reachableSet = ({ deliveries, tunnels }: NetworkState): SetSpec =>
  macSet("reachable", [...deliveries.map((delivery) => delivery.mac), ...tunnels.flatMap((peer) => peer.memberMacs)]);

function listenerMap(balanced: readonly LoadBalancer[]): SetSpec {
  const elements = balanced.map((balancer): ElementSpec => ({
    key: [balancer.vip, balancer.protocol, balancer.port],
    data: `goto listener_${listenerName(balancer)}`,
    comment: elementComment(`${balancer.origin.object} ${balancer.origin.field}`),
  }));
  return { name: "listeners", kind: "map", type: "typeof ip6 daddr . meta l4proto . th dport : verdict", elements };
}

// An ICMPv6 error quotes the packet that the VIP sent (RFC 4443 section 2.4 c). Offsets in bits after the ICMPv6
// header's start: 8 octets of ICMPv6, then the quoted IPv6 header (next header, source, destination), then ports.
const quoted = {
  protocol: "@th,112,8",
  source: "@th,128,128",
  destination: "@th,256,128",
  sourcePort: "@th,384,16",
  destinationPort: "@th,400,16",
};
const quotedListener = `${quoted.source} . ${quoted.protocol} . ${quoted.sourcePort}`;

/** The client's address and port, in a packet to the listener and in a packet of the listener's that an error quotes. */
const client = "ip6 saddr . th sport";
const quotedClient = `${quoted.destination} . ${quoted.destinationPort}`;

function errorMap(balanced: readonly LoadBalancer[]): SetSpec {
  const elements = balanced.map((balancer): ElementSpec => ({
    key: [`0x${ipv6Number(balancer.vip).toString(16)}`, protocolNumber[balancer.protocol], balancer.port],
    data: `goto error_${listenerName(balancer)}`,
  }));
  return { name: "errors", kind: "map", type: `typeof ${quotedListener} : verdict`, elements };
}

// Flows are known by 32 bits of hash: nft 1.0.6 aborts on a longer key in a map that packets fill. Two flows of one
// hash share a member, which is harmless. The seed differs from the slots', so that the two are independent.
const flowBits = (key: string): string => `jhash ${key} mod 4294967295 seed 0x${(maglevSeed + 1).toString(16)}`;

// The type of both maps is told by `numgen`: with `jhash` nft 1.0.6 loads a map and then crashes while listing it.
function flowMaps(balancer: LoadBalancer): readonly SetSpec[] {
  const name = listenerName(balancer);
  const table = maglevTable(balancer.members.map((member) => member.instance));
  return [
    {
      name: `slots_${name}`,
      kind: "map",
      type: `typeof numgen inc mod ${maglevSize} : ether daddr`,
      elements: Array.from(table, (member, slot) => ({ key: [slot], data: balancer.members[member]?.mac as string })),
    },
    {
      name: `known_${name}`,
      kind: "map",
      type: "typeof numgen inc mod 4294967295 : ether daddr",
      // When a flood fills it, further flows follow the slots alone.
      options: ["flags dynamic,timeout", "size 65536"],
      elements: null,
    },
  ];
}

function listenerChains(balancer: LoadBalancer): readonly ChainSpec[] {
  const name = listenerName(balancer);
  const choose = (key: string, next: string): readonly RuleSpec[] => [
    { name: "known", text: `ether daddr set ${flowBits(key)} map @known_${name}` },
    { name: "stay", text: `ether daddr @reachable counter goto ${next}` },
    {
      name: "pick",
      text: `counter ether daddr set jhash ${key} mod ${maglevSize} seed 0x${maglevSeed.toString(16)} map @slots_${name}`,
    },
    { name: "follow", text: `ether daddr @reachable goto ${next}` },
  ];
  return [
    { name: `learn_${name}`, rules: [...learn(balancer), { name: "out", text: "goto deliver" }] },
    { name: `listener_${name}`, rules: [...choose(client, `learn_${name}`), { name: "none", text: "goto refuse" }] },
    { name: `error_${name}`, rules: [...choose(quotedClient, "deliver"), { name: "none", text: "counter drop" }] },
  ];
}

/** Half-open and closing connections are soon forgotten, so that a flood or a busy minute does not fill the map. */
function learn(balancer: LoadBalancer): readonly RuleSpec[] {
  const update = (timeout: string): string =>
    `update @known_${listenerName(balancer)} { ${flowBits(client)} timeout ${timeout} : ether daddr }`;
  if (balancer.protocol === "udp") return [{ name: "flow", text: `meta l4proto udp ${update("2m")}` }];
  return [
    { name: "edge", text: `tcp flags & (fin | syn | rst) != 0 ${update("10s")}` },
    { name: "flow", text: `tcp flags & (fin | syn | rst) == 0 ${update("1h")}` },
  ];
}

/** No member: the client learns it at once. */
const refuse: ChainSpec = {
  name: "refuse",
  rules: [
    { name: "refused-tcp", text: "meta l4proto tcp counter reject with tcp reset" },
    { name: "refused-udp", text: "meta protocol ip6 counter reject with icmpv6 port-unreachable" },
  ],
};

const deliver: ChainSpec = {
  name: "deliver",
  rules: [
    { name: "here", text: "ether daddr @local counter meta pkttype set host accept" },
    { name: "there", text: `counter fwd to "${tunnelDevice}"` },
  ],
};

const uplink: ChainSpec = {
  name: "uplink",
  hook: { type: "filter", hook: "ingress", device: uplinkTenantDevice, priority: priority.filter, policy: "accept" },
  rules: [
    // Only the first fragment has ports, so the rest could not follow it to the same member.
    { name: "fragment", text: "exthdr frag exists counter drop" },
    { name: "error", text: `icmpv6 type { 1, 2, 3, 4 } ${quotedListener} vmap @errors` },
    { name: "listener", text: "meta l4proto { tcp, udp } ip6 daddr . meta l4proto . th dport vmap @listeners" },
  ],
};

/** The kernel takes a frame for another MAC than the device's as not meant for it; members here are meant. */
const tunnel: ChainSpec = {
  name: "tunnel",
  hook: { type: "filter", hook: "ingress", device: tunnelDevice, priority: priority.filter, policy: "accept" },
  rules: [{ name: "member", text: "ether daddr @local counter meta pkttype set host" }],
};
