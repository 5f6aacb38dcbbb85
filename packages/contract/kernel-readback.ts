/**
 * What the kernel of one node prints of everything that decides about packets, in its own words: nothing is compared, filled
 * in or left out here. Namespaces are the node's own and all that carry our mark (`nwn-*`, `nww-*`), also those that nobody
 * wants any more. Lists of `ip` and `bridge` are their JSON as it came.
 */

export interface KernelReadback {
  readonly node: string;
  /** Of the state that the agent converges on; 0 where it has none. */
  readonly revision: number;
  /** The node's own first, then by name. */
  readonly namespaces: readonly NamespaceReadback[];
  /** Null where no programs of ours are pinned. */
  readonly balancer: BalancerReadback | null;
}

export interface NamespaceReadback {
  /** Null: the node's own. */
  readonly netns: string | null;
  /** `nft -a -s -y list ruleset`: every table, with handles, without what was counted, priorities as numbers. */
  readonly ruleset: string;
  /** `ip -6 -j -d link show` */
  readonly links: string;
  /** `ip -6 -j -d address show` */
  readonly addresses: string;
  /** `ip -6 -j -d neigh show`, those that were learnt too. */
  readonly neighbours: string;
  /** `ip -6 -j -d route show table all` */
  readonly routes: string;
  /** `ip -6 -j -d rule show` */
  readonly rules: string;
  /** `bridge -j fdb show`; only of tenants (`nwn-*`), else empty. */
  readonly fdb: string;
  /** By path below /proc/sys/net: those of `readbackSettings` that there are. */
  readonly settings: Readonly<Record<string, string>>;
  /** What of it could not be read, or was longer than is read; null: it is whole. */
  readonly problem: string | null;
}

/** Below /proc/sys/net. */
export const readbackSettings = ["ipv6/conf/all/forwarding", "ipv6/fib_multipath_hash_policy"] as const;

/** Octets in hexadecimal, lower case, as `native/balancer/layout.h` has them. */
type Octets = string;

/** The load balancer in the kernel: its maps, and where its programs are attached. */
export interface BalancerReadback {
  /** Identifiers of the programs that are pinned. */
  readonly programs: { readonly uplink: number; readonly tunnel: number };
  /** In every tenant's namespace: `id` of our program at the ingress of the device; null where none of ours is. */
  readonly attached: readonly {
    readonly netns: string;
    readonly device: string;
    readonly ifindex: number | null;
    readonly id: number | null;
  }[];
  readonly host: Octets;
  readonly listeners: readonly (readonly [key: Octets, value: Octets])[];
  readonly deliveries: readonly (readonly [key: Octets, value: Octets])[];
  /** Those that are somebody. */
  readonly members: readonly (readonly [index: number, value: Octets])[];
  /** Those that a listener uses. */
  readonly tables: readonly (readonly [index: number, value: Octets])[];
  /** What could not be read; null: it is whole. */
  readonly problem: string | null;
}
