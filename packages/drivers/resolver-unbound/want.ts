/** The resolvers of one host: one for each network with workloads that ask. Pure. */
import type { Ipv6Prefix } from "@netwright/base";
import type { HostState, NetworkName, NetworkState } from "@netwright/contract";

export interface ResolverInstance {
  /** `PROJECT/NETWORK`, for people. */
  readonly network: string;
  readonly vni: number;
  readonly prefix: Ipv6Prefix;
  readonly names: readonly NetworkName[];
}

export interface ResolverWant {
  readonly instances: readonly ResolverInstance[];
  /** Null: those of the node's own resolv.conf(5). */
  readonly nameServers: readonly string[] | null;
}

export function want({ underlay, networks }: HostState): ResolverWant {
  return { instances: networks.flatMap(instanceOf), nameServers: underlay.nameServers ?? null };
}

const instanceOf = ({ project, name, vni, prefix, names }: NetworkState): readonly ResolverInstance[] =>
  names === undefined ? [] : [{ network: `${project}/${name}`, vni, prefix, names }];
