/** Table `netdev netwright` of one tenant namespace: pick a member by hash, leave the packet otherwise as it is. Pure. */
import { ipv6Number } from "@netwright/base";
import {
  maglevSeed,
  maglevSize,
  maglevTable,
  tunnelDevice,
  uplinkTenantDevice,
  uplinkTenantMac,
  type ListenerKey,
  type LoadBalancer,
  type NetworkState,
} from "@netwright/contract";
import {
  elementComment,
  priority,
  type ChainSpec,
  type ElementSpec,
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
    sets: [localSet(network), listenerMap(balanced), errorMap(balanced), ...balanced.map(slotMap)],
    chains: [refuse, deliver, ...balanced.flatMap(listenerChains), uplink, vxlan],
  };
}

/** MACs of the members on this host. */
function localSet({ deliveries }: NetworkState): SetSpec {
  const macs = [...new Set(deliveries.map((delivery) => delivery.mac))];
  return { name: "local", kind: "set", type: "typeof ether daddr", elements: macs.map((mac) => ({ key: [mac] })) };
}

const verdict = (balancer: LoadBalancer, chain: string): string =>
  balancer.members.length === 0 ? "goto refuse" : `goto ${chain}_${listenerName(balancer)}`;

const originOf = ({ origin }: LoadBalancer): string => elementComment(`${origin.object} ${origin.field}`);

function listenerMap(balanced: readonly LoadBalancer[]): SetSpec {
  const elements = balanced.map((balancer): ElementSpec => ({
    key: [balancer.vip, balancer.protocol, balancer.port],
    data: verdict(balancer, "listener"),
    comment: originOf(balancer),
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
const quotedKey = `${quoted.source} . ${quoted.protocol} . ${quoted.sourcePort}`;

function errorMap(balanced: readonly LoadBalancer[]): SetSpec {
  const elements = balanced
    .filter((balancer) => balancer.members.length > 0)
    .map((balancer): ElementSpec => ({
      key: [`0x${ipv6Number(balancer.vip).toString(16)}`, protocolNumber[balancer.protocol], balancer.port],
      data: verdict(balancer, "error"),
    }));
  return { name: "errors", kind: "map", type: `typeof ${quotedKey} : verdict`, elements };
}

// The type is told by `numgen`: with `jhash` nft 1.0.6 loads the map and then crashes while listing it.
function slotMap(balancer: LoadBalancer): SetSpec {
  const table = maglevTable(balancer.members.map((member) => member.instance));
  return {
    name: `slots_${listenerName(balancer)}`,
    kind: "map",
    type: `typeof numgen inc mod ${maglevSize} : ether daddr`,
    elements: Array.from(table, (member, slot) => ({ key: [slot], data: balancer.members[member]?.mac as string })),
  };
}

function listenerChains(balancer: LoadBalancer): readonly ChainSpec[] {
  const name = listenerName(balancer);
  const pick = (key: string): string =>
    `counter ether daddr set jhash ${key} mod ${maglevSize} seed 0x${maglevSeed.toString(16)} map @slots_${name}`;
  const out = { name: "out", text: "goto deliver" };
  return [
    { name: `listener_${name}`, rules: [{ name: "pick", text: pick("ip6 saddr . th sport") }, out] },
    // Hashes the quoted packet the other way round: its destination is the client.
    {
      name: `error_${name}`,
      rules: [{ name: "pick", text: pick(`${quoted.destination} . ${quoted.destinationPort}`) }, out],
    },
  ];
}

/** A listener without a member: the client learns it at once. */
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
    { name: "no-slot", text: `ether daddr ${uplinkTenantMac} counter drop` },
    { name: "there", text: `counter fwd to "${tunnelDevice}"` },
  ],
};

const uplink: ChainSpec = {
  name: "uplink",
  hook: { type: "filter", hook: "ingress", device: uplinkTenantDevice, priority: priority.filter, policy: "accept" },
  rules: [
    // Only the first fragment has ports, so the rest could not follow it to the same member.
    { name: "fragment", text: "exthdr frag exists counter drop" },
    { name: "error", text: `icmpv6 type { 1, 2, 3, 4 } ${quotedKey} vmap @errors` },
    { name: "listener", text: "meta l4proto { tcp, udp } ip6 daddr . meta l4proto . th dport vmap @listeners" },
  ],
};

/** The kernel takes a frame for somebody else's MAC as not meant for it; members here are meant. */
const vxlan: ChainSpec = {
  name: "tunnel",
  hook: { type: "filter", hook: "ingress", device: tunnelDevice, priority: priority.filter, policy: "accept" },
  rules: [{ name: "member", text: "ether daddr @local counter meta pkttype set host" }],
};
