/** The way of a question for a name: from a workload of this host to the network's resolver, outside its namespace. Pure. */
import {
  resolverAddress,
  resolverClientAddress,
  resolverHostAddress,
  resolverHostPort,
  resolverPort,
  uplinkHostDevice,
  uplinkTenantDevice,
  type NetworkState,
} from "@netwright/contract";
import type { ElementSpec, RuleSpec, SetSpec } from "../nftables/table.ts";

type Network = Pick<NetworkState, "vni" | "names">;

const whereAnswered = ({ names }: Network, rule: RuleSpec): readonly RuleSpec[] => (names === undefined ? [] : [rule]);

const ports = "meta l4proto { tcp, udp } th dport";
const leaving = ({ vni }: Network): string => `oifname "${uplinkTenantDevice}" ip6 daddr ${resolverHostAddress(vni)}`;

/** Only workloads of this host: who is elsewhere has a resolver there. */
export const translateQuestions = (network: Network): readonly RuleSpec[] =>
  whereAnswered(network, {
    name: "question",
    text: `iifname "w*" ip6 daddr ${resolverAddress} ${ports} ${resolverPort} dnat ip6 to [${resolverHostAddress(network.vni)}]:${resolverHostPort}`,
  });

export const passQuestions = (network: Network): readonly RuleSpec[] =>
  whereAnswered(network, {
    name: "question",
    text: `ct status dnat ${leaving(network)} ${ports} ${resolverHostPort} counter accept`,
  });

/** Networks may overlap, so the node's own namespace knows askers by their network alone. */
export const maskQuestions = (network: Network): readonly RuleSpec[] =>
  whereAnswered(network, {
    name: "question",
    text: `${leaving(network)} snat ip6 to ${resolverClientAddress(network.vni)}`,
  });

/** In the node's own namespace: to the resolver of the network that it comes from, and to no other's. */
export const questionsSet = (networks: readonly Network[]): SetSpec => ({
  name: "resolvers",
  kind: "set",
  type: "typeof iifname . ip6 saddr . ip6 daddr",
  elements: networks.flatMap(({ vni, names }): readonly ElementSpec[] =>
    names === undefined
      ? []
      : [{ key: [`"${uplinkHostDevice(vni)}"`, resolverClientAddress(vni), resolverHostAddress(vni)] }],
  ),
});

export const acceptQuestions: RuleSpec = {
  name: "question",
  text: `${ports} ${resolverHostPort} iifname . ip6 saddr . ip6 daddr @resolvers counter accept`,
};
