/** Addresses, neighbours, routes and FDB entries as commands of ip(8) and bridge(8). Pure. */
import type { Ipv6, Ipv6Prefix, Mac } from "@netwright/base";
import { routeProtocol, tunnelDevice } from "@netwright/contract";
import type { Item, Netns } from "./link.ts";

const rank = { address: 0, neighbour: 1, route: 2, fdb: 3 } as const;

/** @param deprecated so that nothing of the node's own chooses it as a source by itself (RFC 6724 rule 3) */
export function addressItem(
  netns: Netns,
  device: string,
  address: string,
  { deprecated = false }: { readonly deprecated?: boolean } = {},
): Item {
  const add = `address add ${address} dev ${device} nodad${deprecated ? " preferred_lft 0" : ""}`;
  const remove = `address del ${address} dev ${device}`;
  return {
    netns,
    device,
    tool: "ip",
    rank: rank.address,
    key: `address ${netns} ${device} ${address}`,
    value: "",
    add,
    replace: add,
    remove,
  };
}

/** Written, never learned: a fresh link's first solicitation may wait a second for its answer. */
export function neighbourItem(netns: Netns, device: string, address: Ipv6, mac: Mac): Item {
  const add = `neigh replace ${address} lladdr ${mac} dev ${device} nud permanent`;
  const remove = `neigh del ${address} dev ${device}`;
  return {
    netns,
    device,
    tool: "ip",
    rank: rank.neighbour,
    key: `neigh ${netns} ${device} ${address}`,
    value: mac,
    add,
    replace: add,
    remove,
  };
}

export interface Route {
  readonly destination: Ipv6Prefix | "default";
  /** Undefined: unreachable. */
  readonly device?: string;
  readonly via?: Ipv6;
  readonly onlink?: boolean;
  /** Only where it is not the kernel's own default, which we always use. */
  readonly metric?: number;
}

export function routeItem(netns: Netns, route: Route): Item {
  const { destination, device, via, onlink, metric } = route;
  const way = [
    via === undefined ? "" : ` via ${via}`,
    device === undefined ? "" : ` dev ${device}`,
    onlink === true ? " onlink" : "",
  ].join("");
  const target = `${device === undefined ? "unreachable " : ""}${destination}`;
  const mark = `proto ${routeProtocol}${metric === undefined ? "" : ` metric ${metric}`}`;
  return {
    netns,
    device,
    tool: "ip",
    rank: rank.route,
    key: `route ${netns} ${destination} ${metric ?? ""}`,
    value: `${target}${way}`,
    // `add`, so that somebody else's route to the same destination is reported and not replaced.
    add: `route add ${target}${way} ${mark}`,
    replace: `route replace ${target}${way} ${mark}`,
    remove: `route del ${target} ${mark}`,
  };
}

/** @param way where to: an address, which is all of it for entries of ours, and what an entry has beside it */
export function fdbItem(netns: Netns, mac: Mac, way: string): Item {
  const add = `fdb replace ${mac} dev ${tunnelDevice} dst ${way} self permanent`;
  const remove = `fdb del ${mac} dev ${tunnelDevice} dst ${way} self`;
  return {
    netns,
    device: tunnelDevice,
    tool: "bridge",
    rank: rank.fdb,
    key: `fdb ${netns} ${mac}`,
    value: way,
    add,
    replace: add,
    remove,
  };
}
