/** What a tenant's namespace lets through: the meaning of a `NetworkState`, written from what the state promises. */
import { hostPrefix, isPrefix, parsePrefix, type Ipv6Prefix } from "@netwright/base";
import {
  answersSet,
  egressMark,
  hostPrefixOf,
  resolverAddress,
  resolverClientAddress,
  resolverHostAddress,
  resolverHostPort,
  resolverPort,
  tunnelDevice,
  uplinkTenantDevice,
  workloadVeth,
  type EgressEntry,
  type HostId,
  type NetworkState,
} from "@netwright/contract";
import { states } from "./fields.ts";
import { filled } from "./matches.ts";
import type { Chain, Program, Rule, Step } from "./program.ts";
import {
  anyWorkload,
  chain,
  flowTo,
  from,
  hooks,
  inBy,
  isError,
  isIpv6,
  isNeighbourDiscovery,
  isTcpOrUdp,
  not,
  numbers,
  oneOf,
  outBy,
  program,
  rule,
  test,
  verdict,
  to,
  translate,
} from "./spec-words.ts";

export const tenantMeaning = (network: NetworkState, hostId: HostId): Program =>
  program([arriving(network, hostId), translating(network), forwarding(network), leaving(network), input]);

/** Unspecified and loopback, link-local, multicast: nobody's source behind a router (RFC 4291 section 2.4). */
const notRouted = ["::/127", "fe80::/10", "ff00::/8"].map(parsePrefix);
const linkLocal = parsePrefix("fe80::/10");
const fromUplink = inBy(uplinkTenantDevice);
const fromTunnel = test(inBy(tunnelDevice));
const fromWorkload = test(inBy(anyWorkload));
const toUplink = test(outBy(uplinkTenantDevice));
const loopback = rule("the namespace speaks with itself", test(inBy("lo")), verdict.accept);
const fromOutsideOrTunnel = test(inBy(uplinkTenantDevice, tunnelDevice));
const neighbours = rule("neighbours find each other", test(from(linkLocal)), ...isNeighbourDiscovery, verdict.accept);

/** No source is forged: who sends is where the address belongs. */
function arriving({ prefix, workloads, deliveries }: NetworkState, hostId: HostId): Chain {
  const fromOutside: readonly Step[] = [isIpv6, not(from(...notRouted, prefix))];
  const own = workloads.map((workload) => [workloadVeth(workload), workload.address]);
  return chain(hooks.arriving, "drop", [
    rule("a workload sends from its own address", isIpv6, test(oneOf(["in", "source"], own)), verdict.accept),
    rule("what comes by the uplink is from outside", test(fromUplink), ...fromOutside, verdict.accept),
    rule(
      "what comes by the tunnel from outside is for a service address with members here",
      fromTunnel,
      ...fromOutside,
      test(to(...deliveries.map(({ vip }) => vip))),
      verdict.accept,
    ),
    rule(
      "what comes by the tunnel from inside is from another host",
      fromTunnel,
      isIpv6,
      test(from(prefix)),
      not(from(hostPrefixOf(prefix, hostId))),
      verdict.accept,
    ),
    loopback,
    neighbours,
  ]);
}

/** What a load balancer chose goes to the member; a question for a name to the network's resolver. */
function translating({ vni, deliveries, names }: NetworkState): Chain {
  const members = deliveries.map(
    ({ mac, vip, protocol, port, address, targetPort }) =>
      [[mac, vip, protocol, port], `[${address}]:${targetPort}`] as const,
  );
  const deliver = rule(
    "a packet for a member here goes to it",
    fromOutsideOrTunnel,
    test(isTcpOrUdp),
    isIpv6,
    translate("destination", ["etherDestination", "destination", "protocol", "destinationPort"], members),
  );
  const question = rule(
    "a workload's question for a name goes to the resolver",
    fromWorkload,
    isIpv6,
    test(to(hostPrefix(resolverAddress))),
    test(isTcpOrUdp),
    test(numbers("destinationPort", resolverPort)),
    translate("destination", [], [[[], `[${resolverHostAddress(vni)}]:${resolverHostPort}`]]),
  );
  return chain(hooks.translating, "accept", [deliver, ...(names === undefined ? [] : [question])]);
}

const inState = (name: (typeof states)[number]): Step => test(numbers("state", states.indexOf(name)));
const isTranslated = test(numbers("dnat", 1));

const byState: readonly Rule[] = [
  rule("what belongs to an open connection passes", inState("established"), verdict.accept),
  rule("errors about one pass", inState("related"), ...isError, verdict.accept),
  rule("what belongs to none and opens none is dropped", inState("invalid"), verdict.drop),
  rule("nothing but TCP and UDP opens one", not(isTcpOrUdp), verdict.drop),
];

/** Who may open a connection to whom; what belongs to one passes. */
function forwarding(network: NetworkState): Chain {
  const { prefix, policy, egress = [] } = network;
  const inside: readonly Step[] = [not(fromUplink), isIpv6, test(from(prefix)), test(to(prefix))];
  const outwards: readonly Step[] = [fromWorkload, toUplink, isIpv6, test(from(prefix)), not(to(prefix))];
  const flows = policy.map((entry) => [entry.from, entry.to, entry.protocol, entry.port]);
  return chain(hooks.forwarding, "drop", [
    ...byState,
    ...asking(network),
    delivered(network),
    rule(
      "a flow of the network's policy",
      ...inside,
      test(oneOf(["source.3", "destination.3", "protocol", "destinationPort"], flows)),
      verdict.accept,
    ),
    ...egress.map((entry) => rule(`egress of class ${entry.from} to ${entry.to}`, ...outwards, ...egressSteps(entry))),
  ]);
}

function asking({ vni, names }: NetworkState): readonly Rule[] {
  if (names === undefined) return [];
  const toResolver = [toUplink, isIpv6, test(to(hostPrefix(resolverHostAddress(vni))))];
  const port = [test(isTcpOrUdp), test(numbers("destinationPort", resolverHostPort))];
  return [rule("questions for names pass", isTranslated, ...toResolver, ...port, verdict.accept)];
}

const delivered = ({ prefix, deliveries }: NetworkState): Rule =>
  rule(
    "what was translated for a member passes to it",
    isTranslated,
    isIpv6,
    not(from(prefix)),
    test(
      oneOf(
        ["destination", "protocol", "destinationPort"],
        deliveries.map(({ address, protocol, targetPort }) => [address, protocol, targetPort]),
      ),
    ),
    verdict.accept,
  );

/** By name: to what was answered for it, and the connection is marked as the rule's. */
function egressSteps(entry: EgressEntry): readonly Step[] {
  const { protocol, port } = entry;
  const flow = [test(numbers("source.3", entry.from)), ...flowTo(protocol, port)];
  if (isPrefix(entry.to)) return [...flow, test(to(entry.to)), verdict.accept];
  const mark: Step = { kind: "Do", what: `ct mark becomes ${egressMark(entry)}` };
  return [...flow, test(filled("ip6 daddr", answersSet(entry.to))), mark, verdict.accept];
}

/** Nobody outside sees an address of the network. */
function leaving({ vni, names, workloads, egress = [] }: NetworkState): Chain {
  const sources = new Map(egress.map((entry) => [entry.from, entry.source]));
  const masked = workloads.flatMap((workload) => {
    const source = sources.get(workload.class);
    return source === undefined ? [] : [[[workload.address], source] as const];
  });
  const resolver: Ipv6Prefix = hostPrefix(resolverHostAddress(vni));
  const question = rule(
    "questions for names go out in the network's name",
    toUplink,
    isIpv6,
    test(to(resolver)),
    translate("source", [], [[[], resolverClientAddress(vni)]]),
  );
  return chain(hooks.leaving, "accept", [
    ...(names === undefined ? [] : [question]),
    rule(
      "egress goes out in the name of an address of the pool",
      toUplink,
      isIpv6,
      translate("source", ["source"], masked),
    ),
  ]);
}

/** The namespace itself offers nothing. */
const input = chain(hooks.input, "drop", [
  loopback,
  rule("neighbours find each other", ...isNeighbourDiscovery, verdict.accept),
  rule("errors are heard", ...isError, verdict.accept),
]);
