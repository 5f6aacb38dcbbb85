/** What classes can reach outside that they could not, and the other way round, over all addresses: each with a packet. */
import type { FlowChange } from "@netwright/api";
import { internet } from "@netwright/base";
import { egressPacket, egressRulesOf, type EgressRule, type Fabric, type Packet } from "@netwright/model";
import { byText } from "../compile/order.ts";
import { uncovered } from "./uncovered.ts";

/**
 * A rule stands here when it leads to any address that no rule of the same class, protocol and port led to on the other side. Its
 * packet is to such an address.
 */
export function changedEgress(
  change: FlowChange["change"],
  fabric: Fabric,
  other: Fabric,
  vnis: ReadonlySet<number>,
): readonly FlowChange[] {
  const covered = Map.groupBy(egressRulesOf(other, vnis), keyOf);
  return egressRulesOf(fabric, vnis)
    .flatMap((rule) => {
      const packet = newPacket(fabric, rule, covered.get(keyOf(rule)) ?? []);
      return packet === undefined ? [] : [changeOf(change, rule, packet)];
    })
    .toSorted((a, b) => byText(sortKey(a), sortKey(b)));
}

const keyOf = ({ project, network, from, protocol, port }: EgressRule): string =>
  `${project}.${network} ${from.service}/${from.tier} ${protocol} ${port}`;

const sortKey = ({ from, protocol, port, to }: FlowChange): string => `${from} ${protocol} ${port} ${to}`;

/** Parts that are tried: of the first ones at least some are no addresses of the site's own. */
const mostParts = 64;

function newPacket(fabric: Fabric, rule: EgressRule, cover: readonly EgressRule[]): Packet | undefined {
  let tried = 0;
  for (const part of uncovered(
    rule.to,
    cover.map(({ to }) => to),
  )) {
    const packet = egressPacket(fabric, rule, part);
    if (packet !== undefined) return packet;
    if (++tried === mostParts) return undefined;
  }
  return undefined;
}

function changeOf(
  change: FlowChange["change"],
  { from: { project, service, tier }, to, protocol, port, origin }: EgressRule,
  { source, sourcePort, destination, destinationPort, name }: Packet,
): FlowChange {
  return {
    change,
    from: project === "default" ? `${service}/${tier}` : `${project}/${service}/${tier}`,
    to: to === internet ? "internet" : to,
    protocol,
    port,
    example: {
      source,
      sourcePort,
      destination,
      destinationPort,
      protocol,
      ...(name === undefined ? {} : { name }),
    },
    origin,
  };
}
