/** The shapes that wanted and observed links share. */
import type { Ipv6, Mac } from "@netwright/base";

/** A named network namespace; null is the node's own. */
export type Netns = string | null;

export interface LinkEnd {
  readonly netns: Netns;
  readonly name: string;
  readonly mac: Mac;
  readonly mtu: number;
}

/** The socket of a VXLAN device stays in the namespace that created it, which is the node's own. */
export interface VxlanWant extends LinkEnd {
  readonly kind: "Vxlan";
  readonly vni: number;
  readonly local: Ipv6;
}

export interface VethWant {
  readonly kind: "Veth";
  /** The first one is created, the second one is its peer. */
  readonly ends: readonly [LinkEnd, LinkEnd];
}

export type LinkWant = VxlanWant | VethWant;

/** Something that hangs on a namespace or device, as one command for adding and one for taking away. */
export interface Item {
  readonly netns: Netns;
  /** Undefined: hangs on no device. */
  readonly device: string | undefined;
  readonly tool: "ip" | "bridge";
  /** Addresses before neighbours before routes. */
  readonly rank: number;
  /** Two items with equal keys are the same thing; different values then mean that it must change. */
  readonly key: string;
  readonly value: string;
  readonly add: string;
  readonly replace: string;
  readonly remove: string;
}

export const endKey = ({ netns, name }: { readonly netns: Netns; readonly name: string }): string =>
  `${netns ?? ""}|${name}`;

/** In the node's own namespace devices are known by name; in namespaces of ours, too: others' guests are left alone. */
export const isOurDevice = (netns: Netns, name: string): boolean =>
  netns === null ? /^nwu\d+$/.test(name) : /^(vxlan|uplink|eth0|w[0-9a-f]+\.[0-9a-f]+)$/.test(name);
