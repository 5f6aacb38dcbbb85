/** What a plan may ask for, and how that is told. Pure. */
import { tunnelDevice, uplinkTenantDevice, type LoadBalancer } from "@netwright/contract";
import { describeScript, type NftChange } from "../nftables/kernel.ts";
import type { ListenerValue, Octets } from "./layout.ts";

export type BalancerChange =
  | { readonly kind: "Load" }
  /** Everything of the driver's that is not in a namespace. */
  | { readonly kind: "Unload" }
  | { readonly kind: "Host"; readonly value: Octets }
  | { readonly kind: "Deliveries"; readonly keys: readonly Octets[] }
  | { readonly kind: "Members"; readonly entries: readonly (readonly [index: number, value: Octets])[] }
  | { readonly kind: "ForgetMembers"; readonly indexes: readonly number[] }
  | { readonly kind: "Remove"; readonly map: "listeners" | "deliveries"; readonly keys: readonly Octets[] }
  | { readonly kind: "Attach"; readonly netns: string; readonly program: "uplink" | "tunnel" }
  | { readonly kind: "Address"; readonly netns: string; readonly key: Octets; readonly counters: number }
  | ListenerChange
  /** Every table is in use or was until now: it stays as it is. Tables that become free in this round are for the next. */
  | { readonly kind: "NoTable"; readonly netns: string; readonly listener: LoadBalancer }
  | { readonly kind: "Refusals"; readonly change: NftChange };

export interface ListenerChange {
  readonly kind: "Listener";
  readonly netns: string;
  readonly key: Octets;
  readonly listener: LoadBalancer;
  /** Its tunnel device is looked up when it is written: links may only just have been made. */
  readonly value: Omit<ListenerValue, "tunnel">;
  /** Indexes of members, for the table; undefined where that stays as it is. */
  readonly slots: Uint16Array | undefined;
}

export const deviceOf = { uplink: uplinkTenantDevice, tunnel: tunnelDevice } as const;

/** Members are counted, not listed. */
export function describeChange(change: BalancerChange): string {
  switch (change.kind) {
    case "Load":
      return "load the programs";
    case "Unload":
      return "unload the programs and their maps";
    case "Host":
      return "tell the programs this host's tunnel MAC";
    case "Deliveries":
      return `add deliveries (${change.keys.length})`;
    case "Members":
      return `add members (${change.entries.length})`;
    case "ForgetMembers":
      return `remove members (${change.indexes.length})`;
    case "Remove":
      return `remove ${change.map} (${change.keys.length})`;
    case "Attach":
      return `${change.netns}: attach ${change.program} at the ingress of ${deviceOf[change.program]}`;
    case "Address":
      return `${change.netns}: add an address`;
    case "Listener":
      return describeListener(change);
    case "NoTable":
      return `${nameOf(change)}: waits for a table`;
    case "Refusals":
      return describeScript(change.change);
  }
}

const nameOf = ({ netns, listener: { vip, protocol, port } }: Pick<ListenerChange, "netns" | "listener">): string =>
  `${netns}: listener [${vip}]:${port}/${protocol}`;

function describeListener(change: ListenerChange): string {
  const { listener, slots } = change;
  const { members, draining = [] } = listener;
  const what = nameOf(change);
  if (slots === undefined) return `${what}: by the tunnel device that is there now`;
  const left = draining.length === 0 ? "" : `, ${draining.length} that had flows before`;
  return `${what}: ${members.length} ${members.length === 1 ? "member" : "members"}${left}`;
}
