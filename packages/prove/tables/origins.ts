/** Manifest lines that speak of a packet where a namespace sees it. */
import type { ExamplePacket, Origin } from "@netwright/api";
import { isPrefix, parseIpv6, prefixContains } from "@netwright/base";
import { identityOf, networkNamespace, type HostState, type NetworkState } from "@netwright/contract";

/** @param netns null is the node's own, which sees packets of all networks */
export function originsOf(state: HostState, netns: string | null, packet: ExamplePacket | null): readonly Origin[] {
  if (packet === null) return [];
  const networks = state.networks.filter((network) => netns === null || networkNamespace(network) === netns);
  const found = networks.flatMap((network) => inNetwork(network, packet));
  return [...new Map(found.map((origin) => [`${origin.object} ${origin.field}`, origin])).values()];
}

function inNetwork(network: NetworkState, packet: ExamplePacket): readonly Origin[] {
  const { prefix, policy, loadBalancers, deliveries, egress = [] } = network;
  const [source, destination] = [parseIpv6(packet.source), parseIpv6(packet.destination)];
  const { protocol, destinationPort } = packet;
  const from = prefixContains(prefix, source) ? identityOf(source).class : null;
  const to = prefixContains(prefix, destination) ? identityOf(destination).class : null;
  const same = (each: { readonly protocol: string; readonly port: number }): boolean =>
    each.protocol === protocol && each.port === destinationPort;
  const found = [
    ...policy.filter((each) => each.from === from && each.to === to && same(each)),
    ...[...loadBalancers, ...deliveries].filter((each) => each.vip === destination && same(each)),
    ...deliveries.filter(
      (each) => each.address === destination && each.protocol === protocol && each.targetPort === destinationPort,
    ),
    ...egress.filter(
      (each) =>
        each.from === from && to === null && same(each) && (!isPrefix(each.to) || prefixContains(each.to, destination)),
    ),
  ];
  return found.map(({ origin }) => origin);
}
