/** Table `inet netwright` of one tenant namespace: who may send what, and which flows may open. Pure. */
import { hostPrefixOf, uplinkTenantDevice, tunnelDevice, type HostId, type NetworkState } from "@netwright/contract";
import { priority, type ChainSpec, type RuleSpec, type TableSpec } from "../nftables/table.ts";
import { egressChain, maskEgress, toEgress } from "./egress.ts";
import { maskQuestions, passQuestions, translateQuestions } from "./questions.ts";
import { flowKey, leavingKey, tenantSets } from "./tenant-sets.ts";

const uplink = `"${uplinkTenantDevice}"`;
const tunnel = `"${tunnelDevice}"`;
const ports = "meta l4proto { tcp, udp }";
const neighbourDiscovery = "icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } ip6 hoplimit 255 accept";
/** Destination unreachable, packet too big, time exceeded, parameter problem (RFC 4443 section 3). */
const errors = "icmpv6 type { 1, 2, 3, 4 }";

export function tenantTable(network: NetworkState, hostId: HostId): TableSpec {
  return {
    family: "inet",
    sets: tenantSets(network),
    chains: [guard(network, hostId), translate(network), egressChain(network), forward(network), leave(network), input],
  };
}

/** Before connection tracking, so that a forged packet leaves no trace in it. */
function guard({ prefix }: NetworkState, hostId: HostId): ChainSpec {
  const rules: readonly RuleSpec[] = [
    { name: "own-address", text: "iifname . ip6 saddr @owners accept" },
    {
      name: "outside",
      text: `iifname ${uplink} ip6 saddr != { ::/127, ${prefix}, fe80::/10, ff00::/8 } accept`,
    },
    {
      name: "delivered",
      text: `iifname ${tunnel} ip6 saddr != { ::/127, ${prefix}, fe80::/10, ff00::/8 } ip6 daddr @vips accept`,
    },
    {
      name: "other-host",
      text: `iifname ${tunnel} ip6 saddr ${prefix} ip6 saddr != ${hostPrefixOf(prefix, hostId)} accept`,
    },
    { name: "loopback", text: 'iifname "lo" accept' },
    { name: "neighbour", text: `ip6 saddr fe80::/10 ${neighbourDiscovery}` },
    { name: "spoofed", text: "counter update @spoofed { iifname . ip6 saddr counter } drop" },
  ];
  return { name: "guard", hook: { type: "filter", hook: "prerouting", priority: priority.raw, policy: "drop" }, rules };
}

/** What a load balancer chose goes to the member; connection tracking translates the replies back. */
const translate = (network: NetworkState): ChainSpec => ({
  name: "translate",
  hook: { type: "nat", hook: "prerouting", priority: priority.dstnat, policy: "accept" },
  rules: [
    {
      name: "deliver",
      text: `iifname { ${uplink}, ${tunnel} } ${ports} dnat ip6 to ether daddr . ip6 daddr . meta l4proto . th dport map @deliveries`,
    },
    ...translateQuestions(network),
  ],
});

function forward(network: NetworkState): ChainSpec {
  const { prefix } = network;
  const inside = `iifname != ${uplink} ip6 saddr ${prefix} ip6 daddr ${prefix}`;
  const rules: readonly RuleSpec[] = [
    { name: "established", text: "ct state established counter accept" },
    { name: "error", text: `ct state related ${errors} counter accept` },
    { name: "invalid", text: "ct state invalid counter drop" },
    // `th dport` of anything else would read foreign octets.
    { name: "protocol", text: "meta l4proto != { tcp, udp } counter drop" },
    ...passQuestions(network),
    {
      name: "delivery",
      text: `ct status dnat ip6 saddr != ${prefix} ip6 daddr . meta l4proto . th dport @delivered counter accept`,
    },
    { name: "flow", text: `${inside} ${flowKey} vmap @flows` },
    { name: "denied", text: `${inside} counter update @denied { ${flowKey} counter } drop` },
    toEgress(network),
    {
      name: "denied-from-outside",
      text: `ip6 daddr ${prefix} counter update @denied_in { @nh,272,16 . meta l4proto . th dport counter } drop`,
    },
    {
      name: "denied-to-outside",
      text: `ip6 saddr ${prefix} counter update @denied_out { ${leavingKey} counter } drop`,
    },
    { name: "undelivered", text: "counter drop" },
  ];
  return {
    name: "forwarding",
    hook: { type: "filter", hook: "forward", priority: priority.filter, policy: "drop" },
    rules,
  };
}

/** Questions for names go out in the name of the network, everything else in that of an address of the pool. */
const leave = (network: NetworkState): ChainSpec => ({
  name: "leave",
  hook: { type: "nat", hook: "postrouting", priority: priority.srcnat, policy: "accept" },
  rules: [...maskQuestions(network), maskEgress],
});

/** The namespace itself offers nothing. */
const input: ChainSpec = {
  name: "local_input",
  hook: { type: "filter", hook: "input", priority: priority.filter, policy: "drop" },
  rules: [
    { name: "loopback", text: 'iifname "lo" accept' },
    { name: "neighbour", text: neighbourDiscovery },
    { name: "error", text: `${errors} accept` },
    { name: "refused", text: "counter drop" },
  ],
};
