/**
 * What the load balancers of a tenant's namespace do where frames come in. With nftables that is the choice of members itself,
 * under the names that its driver gives to listeners; with eBPF only who is refused.
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
  type LoadBalancerName,
  type NetworkState,
} from "@netwright/contract";
import { ipv6Family, protocols, type Field } from "./fields.ts";
import { digestOf } from "./nft-rules.ts";
import { casesOf, type Chain, type Program, type Rule, type Step, type Verdict } from "./program.ts";
import { product, relation, type Relation, type Row } from "./relation.ts";
import { isError, isIpv6, isTcpOrUdp, not, numbers, oneOf, rule, test, verdict } from "./spec-words.ts";
import { bitsRows } from "./values.ts";

/** By which the programs in the kernel tell a packet that found no member (native/balancer/README.md). */
const noMemberMark = 0x6e77_0fff;

export function balancerMeaning(network: NetworkState, driver: LoadBalancerName): Program {
  return driver === "nftables" ? { chains: chainsOf(network) } : { chains: new Map([["uplink", refusing]]) };
}

const ends = (what: string): Step => ({ kind: "Verdict", verdict: { kind: "End", what } });
const goesTo = (chain: string): Step => ({ kind: "Verdict", verdict: { kind: "Goto", chain } });

/** A client learns at once that there is no member. */
const refusals = (...when: readonly Step[]): readonly Rule[] => [
  rule(
    "a connection is refused",
    ...when,
    test(numbers("protocol", protocols["tcp"] as number)),
    ends("reject with tcp reset"),
  ),
  rule(
    "anything else is refused",
    ...when,
    test(numbers("family", ipv6Family)),
    ends("reject with icmpv6 port-unreachable"),
  ),
];

const ingress = (device: string) => ({ type: "filter", hook: "ingress", device, priority: 0 });
const hooked = (device: string, rules: readonly Rule[]): Chain => ({
  name: device,
  hook: ingress(device),
  policy: "accept",
  rules,
});
const plain = (name: string, rules: readonly Rule[]): Chain => ({ name, hook: null, policy: "accept", rules });

const refusing = hooked(uplinkTenantDevice, refusals(test(numbers("mark", noMemberMark))));

/** `tcp_443_` and the address in 32 hexadecimal digits. */
const nameOf = ({ vip, protocol, port }: ListenerKey): string =>
  `${protocol}_${port}_${ipv6Number(vip).toString(16).padStart(32, "0")}`;

const isOneOf = (macs: readonly Mac[]): Relation =>
  oneOf(
    ["etherDestination"],
    macs.map((mac) => [mac]),
  );
const isUp: Step = { kind: "Do", what: "meta pkttype becomes 0" };

function chainsOf(network: NetworkState): ReadonlyMap<string, Chain> {
  const { deliveries, tunnels, loadBalancers } = network;
  const here = isOneOf(deliveries.map(({ mac }) => mac));
  const reachable = isOneOf([...deliveries.map(({ mac }) => mac), ...tunnels.flatMap(({ memberMacs }) => memberMacs)]);
  const chains = [
    hooked(uplinkTenantDevice, arriving(loadBalancers)),
    hooked(tunnelDevice, [rule("a member here is meant", test(here), isUp)]),
    plain("deliver", [
      rule("to a member here", test(here), isUp, verdict.accept),
      rule("to a member elsewhere", ends(`fwd to ${tunnelDevice}`)),
    ]),
    plain("refuse", refusals()),
    ...loadBalancers.flatMap((balancer) => listenerChains(balancer, reachable)),
  ];
  return new Map(chains.map((chain) => [chain.name, chain]));
}

/** The packet that an error quotes (RFC 4443 section 2.4 c): bits behind the start of ICMPv6. */
const quoted = { protocol: "@th,112,8", source: "@th,128,128", sourcePort: "@th,384,16" };
const quotedFields: readonly Field[] = [
  ...[0, 1, 2, 3].map((index) => `${quoted.source}.${index}#${2 ** 32}`),
  `${quoted.protocol}.0#${2 ** 8}`,
  `${quoted.sourcePort}.0#${2 ** 16}`,
];
const quotedRows = ({ vip, protocol, port }: ListenerKey): readonly Row[] => {
  const number = protocols[protocol] as number;
  return product(bitsRows(128)(`0x${ipv6Number(vip).toString(16)}`) ?? [], [[number, number + 1, port, port + 1]]);
};

function arriving(loadBalancers: readonly LoadBalancer[]): readonly Rule[] {
  const going = (prefix: string, balancer: LoadBalancer): Verdict => ({
    kind: "Goto",
    chain: `${prefix}_${nameOf(balancer)}`,
  });
  const listener = ["destination", "protocol", "destinationPort"] as const;
  const errors = loadBalancers.flatMap((balancer) =>
    quotedRows(balancer).map((row) => ({ row, value: going("error", balancer) })),
  );
  const packets = loadBalancers.flatMap((balancer) =>
    oneOf(listener, [[balancer.vip, balancer.protocol, balancer.port]]).rows.map((row) => ({
      row,
      value: going("listener", balancer),
    })),
  );
  return [
    rule("no fragments", test(numbers("fragment", 1)), verdict.drop),
    rule("an error goes to whom it is about", ...isError, { kind: "Branch", cases: casesOf(quotedFields, errors) }),
    rule("a packet for a listener", test(isTcpOrUdp), isIpv6, {
      kind: "Branch",
      cases: casesOf(oneOf(listener, []).fields, packets),
    }),
  ];
}

const flowBits = 4_294_967_295;
const hashOf = (client: string, size: number, seed: number): string => `jhash ${client} mod ${size} seed ${seed}`;
const client = "ip6 saddr . th sport";
const quotedClient = "@th,256,128 . @th,400,16";

/** A flow that was seen stays with its member while that can be reached; a new one follows the slots. */
function listenerChains(balancer: LoadBalancer, reachable: Relation): readonly Chain[] {
  const name = nameOf(balancer);
  const choose = (key: string, next: string): readonly Rule[] => [
    rule("a flow that was seen", assign(hashOf(key, flowBits, maglevSeed + 1), `known_${name}`, false)),
    rule("stays with its member", test(reachable), goesTo(next)),
    rule("a new flow follows its slot", pick(balancer, key)),
    rule("to a member that can be reached", test(reachable), goesTo(next)),
  ];
  return [
    plain(`learn_${name}`, [...learn(balancer), rule("on its way", goesTo("deliver"))]),
    plain(`listener_${name}`, [...choose(client, `learn_${name}`), rule("nobody is a member", goesTo("refuse"))]),
    plain(`error_${name}`, [...choose(quotedClient, "deliver"), rule("nobody is a member", verdict.drop)]),
  ];
}

function assign(by: string, map: string, isSure: boolean): Step {
  const what = `${by} in ${map}`;
  return {
    kind: "Assign",
    field: "etherDestination",
    what: `ether daddr becomes that of ${what}`,
    unless: isSure ? null : `${what} has none`,
  };
}

function pick({ members }: LoadBalancer, key: string): Step {
  const slots = [...maglevTable(members.map(({ instance }) => instance))];
  const content = digestOf(slots.map((member, slot) => `${slot}:${members[member]?.mac}`));
  return assign(hashOf(key, maglevSize, maglevSeed), content, slots.length === maglevSize);
}

/** FIN, SYN, RST: half-open and closing connections are soon forgotten. */
const isEdge = relation(
  ["tcpFlags"],
  Array.from({ length: 256 }, (_, value) => value)
    .filter((value) => (value & 7) !== 0)
    .map((value) => [value, value + 1]),
);

function learn(balancer: LoadBalancer): readonly Rule[] {
  const set = `known_${nameOf(balancer)}`;
  const record = (timeout: string): Step => ({
    kind: "Record",
    set,
    what: `${set} gets ${hashOf(client, flowBits, maglevSeed + 1)} timeout ${timeout} : ether daddr`,
  });
  const is = test(numbers("protocol", protocols[balancer.protocol] as number));
  if (balancer.protocol === "udp") return [rule("a flow is remembered", is, record("2m"))];
  return [
    rule("a half-open connection is remembered a moment", is, test(isEdge), record("10s")),
    rule("an open connection is remembered", is, not(isEdge), record("1h")),
  ];
}
