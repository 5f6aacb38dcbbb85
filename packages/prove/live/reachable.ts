/** Which hosts a node has a way to, by its own routes: load balancers ask for it. */
import { ipv6Value } from "@netwright/base";
import {
  hasRoute,
  toldHosts,
  type HostId,
  type HostState,
  type NamespaceReadback,
  type RouteHave,
} from "@netwright/contract";
import { destinationOf, readList, textAt } from "./read-json.ts";

const rejecting = new Set(["unreachable", "blackhole", "prohibit"]);

/** Hosts without a way; nobody where an edge is not ours, since that may tell nothing but a default route. */
export function goneHosts(state: HostState, own: NamespaceReadback | undefined): ReadonlySet<HostId> {
  if (own === undefined) return new Set();
  const routes = (readList(own.routes) ?? []).flatMap((route): readonly RouteHave[] => {
    const [address = "", length] = destinationOf(textAt(route, "dst")).split("/");
    const first = ipv6Value(address);
    return first === undefined
      ? []
      : [{ first, length: Number(length), usable: !rejecting.has(textAt(route, "type")) }];
  });
  const tunnels = state.networks.flatMap((network) => toldHosts(state, network));
  return new Set(tunnels.filter(({ vtep }) => !hasRoute(routes, vtep)).map(({ hostId }) => hostId));
}
