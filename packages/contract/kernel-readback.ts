/**
 * What the kernel of one node says is there, in the words of its own tools: the only source of a live proof. Nobody between
 * the kernel and the proof reads or shortens it.
 */
export interface KernelReadback {
  /** metadata.name of the Host or Router. */
  readonly node: string;
  /** The node's own, every `nwn-` and every `nww-` that is there, whether it is wanted or not. */
  readonly namespaces: readonly NamespaceReadback[];
  /** Maps of the load balancer in eBPF. Null where nothing of it is loaded. */
  readonly balancer: BalancerReadback | null;
}

export interface NamespaceReadback {
  /** Null is the node's own. */
  readonly netns: string | null;
  /** `nft list ruleset` */
  readonly rules: string;
  /** `ip -6 -j route show table all` */
  readonly routes: string;
  /** `ip -6 -j rule show` */
  readonly routingRules: string;
  /** `ip -6 -j neigh show` */
  readonly neighbours: string;
  /** `ip -j -d link show` */
  readonly links: string;
  /** `bridge -j fdb show` */
  readonly forwarding: string;
  /** /proc/sys/net/ipv6/conf/all/forwarding */
  readonly forwards: boolean;
}

/** Octets in hexadecimal, as `native/balancer/layout.h` has them; the answers of the loader to `load`, `read` and `dump`. */
export interface BalancerReadback {
  /** Of those that are pinned, by the kernel's numbers. */
  readonly programs: { readonly uplink: number; readonly tunnel: number };
  /** The one element of `host`. */
  readonly host: string;
  readonly listeners: readonly (readonly [key: string, value: string])[];
  readonly deliveries: readonly (readonly [key: string, value: string])[];
  /** Those that a listener refers to. */
  readonly tables: readonly (readonly [index: number, value: string])[];
  /** All that are not zero. */
  readonly members: readonly (readonly [index: number, value: string])[];
  /** Devices of tenants' namespaces that programs may be attached to. `id` null: no program of ours is. */
  readonly attached: readonly {
    readonly netns: string;
    readonly device: string;
    readonly ifindex: number | null;
    readonly id: number | null;
  }[];
}
