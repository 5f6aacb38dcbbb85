/** The resolvers of one host: one for each network with workloads that ask. Pure. */
import type { DomainPattern, Ipv6Prefix } from "@netwright/base";
import { patternsOf, type HostState, type NetworkName, type NetworkState } from "@netwright/contract";

export interface ResolverInstance {
  /** `PROJECT/NETWORK`, for people. */
  readonly network: string;
  readonly vni: number;
  readonly prefix: Ipv6Prefix;
  readonly names: readonly NetworkName[];
  /** Names whose addresses the firewall must know before the asker does. Sorted. */
  readonly patterns: readonly DomainPattern[];
}

export interface ResolverWant {
  readonly instances: readonly ResolverInstance[];
  /** Null: those of the node's own resolv.conf(5). */
  readonly nameServers: readonly string[] | null;
}

export function want({ underlay, networks }: HostState): ResolverWant {
  return { instances: networks.flatMap(instanceOf), nameServers: underlay.nameServers ?? null };
}

const instanceOf = (state: NetworkState): readonly ResolverInstance[] => {
  const { project, name, vni, prefix, names } = state;
  return names === undefined
    ? []
    : [{ network: `${project}/${name}`, vni, prefix, names, patterns: patternsOf(state) }];
};
