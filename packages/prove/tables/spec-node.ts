/** What a node's own namespace does with packets of tunnels and tenants. All else is the operator's. */
import {
  resolverClientAddress,
  resolverHostAddress,
  resolverHostPort,
  siteAddresses,
  uplinkHostDevice,
  vxlanPort,
  type HostState,
  type NetworkState,
} from "@netwright/contract";
import type { Chain, Program, Rule, Step } from "./program.ts";
import {
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
} from "./spec-words.ts";

export const nodeMeaning = (state: HostState): Program =>
  program(state.role === "Router" ? routerChains(state) : [hostInput(state), hostForward(state)]);

/** Devices that lead to tenants, and nothing else, begin so. */
const anyTenant = `${uplinkHostDevice(0).slice(0, -1)}*`;
const isVxlan = flowTo("udp", vxlanPort);

/** VXLAN from outside the fabric ends at the edge. */
function routerChains({ underlay }: HostState): readonly Chain[] {
  const rules = [rule("no VXLAN from outside", test(inBy(...underlay.externalInterfaces)), ...isVxlan, verdict.drop)];
  return [chain(hooks.input, "accept", rules), chain(hooks.forwarding, "accept", rules)];
}

const device = ({ vni }: NetworkState): string => uplinkHostDevice(vni);

const pairs = (
  networks: readonly NetworkState[],
  addresses: (network: NetworkState) => readonly string[],
): readonly (readonly [string, string])[] =>
  networks.flatMap((network) => addresses(network).map((address) => [device(network), address] as const));

/** Public addresses that workloads of a network answer in the name of, and load balancers of theirs. */
const answering = ({ deliveries, loadBalancers }: NetworkState): readonly string[] =>
  [...deliveries, ...loadBalancers].map(({ vip }) => vip);
/** Those that they open connections in the name of. */
const opening = ({ egress = [] }: NetworkState): readonly string[] => egress.map(({ source }) => source);

function hostInput({ underlay, networks }: HostState): Chain {
  const fromTenant = test(inBy(anyTenant));
  const askers = networks.flatMap((network) =>
    network.names === undefined
      ? []
      : [[device(network), resolverClientAddress(network.vni), resolverHostAddress(network.vni)]],
  );
  return chain(hooks.input, "accept", [
    rule("VXLAN of another host", ...isVxlan, isIpv6, test(from(...underlay.tunnelPeers)), verdict.accept),
    rule("no VXLAN of others", ...isVxlan, verdict.drop),
    rule(
      "replies to the host itself",
      fromTenant,
      isIpv6,
      test(oneOf(["in", "source"], pairs(networks, answering))),
      verdict.accept,
    ),
    rule("neighbours find each other", fromTenant, ...isNeighbourDiscovery, verdict.accept),
    rule(
      "questions for names to the network's own resolver",
      test(isTcpOrUdp),
      test(numbers("destinationPort", resolverHostPort)),
      isIpv6,
      test(oneOf(["in", "source", "destination"], askers)),
      verdict.accept,
    ),
    rule("nothing else of a tenant's", fromTenant, verdict.drop),
  ]);
}

function hostForward(state: HostState): Chain {
  const { networks, bgp } = state;
  const fromTenant = test(inBy(anyTenant));
  const isAnswer = oneOf(["in", "source"], pairs(networks, answering));
  const isEgress = oneOf(["in", "source"], pairs(networks, opening));
  const ways = bgp.neighbors.flatMap((neighbor) => neighbor.interface ?? []);
  return chain(hooks.forwarding, "accept", [
    rule(
      "a tenant's source is one of its public addresses",
      fromTenant,
      isIpv6,
      not(isAnswer),
      not(isEgress),
      verdict.drop,
    ),
    rule("no IPv4 of a tenant's", fromTenant, test(numbers("family", 2)), verdict.drop),
    rule(
      "no egress to what the site runs itself",
      isIpv6,
      test(isEgress),
      test(to(...siteAddresses(state))),
      verdict.drop,
    ),
    rule(
      "egress by way of the routers, or to a tenant here",
      isIpv6,
      test(isEgress),
      not(outBy(anyTenant)),
      not(outBy(...ways)),
      verdict.drop,
    ),
    ...toTenants(networks),
  ]);
}

/** Only what is exposed, what belongs to it, and replies to egress. */
function toTenants(networks: readonly NetworkState[]): readonly Rule[] {
  const toTenant = test(outBy(anyTenant));
  const published = networks.flatMap((network) =>
    network.loadBalancers.map(({ vip, protocol, port }) => [device(network), vip, protocol, port]),
  );
  const vips = pairs(networks, ({ loadBalancers }) => loadBalancers.map(({ vip }) => vip));
  const isPublished: readonly Step[] = [
    test(isTcpOrUdp),
    isIpv6,
    test(oneOf(["out", "destination", "protocol", "destinationPort"], published)),
  ];
  return [
    rule("no fragments: only the first one has ports", toTenant, test(numbers("fragment", 1)), verdict.drop),
    rule(
      "replies to egress",
      toTenant,
      isIpv6,
      test(oneOf(["out", "destination"], pairs(networks, opening))),
      verdict.accept,
    ),
    rule("a listener", toTenant, ...isPublished, verdict.accept),
    rule(
      "errors about a public address",
      toTenant,
      ...isError,
      test(oneOf(["out", "destination"], vips)),
      verdict.accept,
    ),
    rule("nothing else to a tenant", toTenant, verdict.drop),
  ];
}
