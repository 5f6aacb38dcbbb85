/** The Netwright objects that describe a lab's fabric to its server. */
import { apiVersion, kinds, type AddressPool, type Host, type Router } from "@netwright/api";
import type { Port, Topology, TopologyNode } from "./topology.ts";

export const poolName = "default";

/** Pool, routers and hosts, in the order in which they refer to each other. Pure. */
export function fabricObjects(topology: Topology): readonly (AddressPool | Router | Host)[] {
  const roles = new Map(topology.nodes.map(({ name, role }) => [name, role]));
  const isRouter = (name: string): boolean => roles.get(name) === "Edge" || roles.get(name) === "Provider";
  const bfd = bfdFor(topology.nodes.filter(({ role }) => role === "Host").length);
  const pool = object("AddressPool", poolName, { prefixes: [topology.pool] }) as AddressPool;
  const routers = topology.nodes.filter(({ name }) => isRouter(name)).map((node) => routerObject(node, isRouter, bfd));
  const hosts = topology.nodes.filter(({ role }) => role === "Host").map((node) => hostObject(node, isRouter));
  return [pool, ...routers, ...hosts];
}

/**
 * A lab's hosts share one machine, and at 50 ms each takes 0.8 % of a core for BFD alone. Beyond 20 of them packets come
 * the more seldom, so that all together take no more. Undefined: Router's own default.
 */
function bfdFor(hosts: number): { readonly interval: string } | undefined {
  return hosts <= 20 ? undefined : { interval: `${50 * Math.ceil(hosts / 20)}ms` };
}

function routerObject(
  node: TopologyNode,
  isRouter: (name: string) => boolean,
  bfd: { readonly interval: string } | undefined,
): Router {
  const provider = node.role === "Provider";
  return object("Router", node.name, {
    managed: node.managed,
    asn: node.bgp?.asn,
    ...(node.managed ? { routerId: node.bgp?.routerId } : {}),
    ...(node.managed && bfd !== undefined ? { bfd } : {}),
    upstream: provider,
    links: node.ports.filter(({ peer }) => isRouter(peer.node)).map(sessionOf),
  }) as Router;
}

function hostObject(node: TopologyNode, isRouter: (name: string) => boolean): Host {
  const uplinks = node.ports.filter(({ peer }) => isRouter(peer.node));
  return object("Host", node.name, {
    id: node.host?.id,
    asn: node.bgp?.asn,
    vtep: node.host?.vtep,
    uplinks: uplinks.map(sessionOf),
    mtu: Math.min(...uplinks.map(({ mtu }) => mtu)),
    capacity: node.host?.capacity,
  }) as Host;
}

const sessionOf = (port: Port) => ({
  router: port.peer.node,
  interface: port.interface,
  localAddress: port.address,
  peerAddress: port.peer.address,
});

function object(kind: "AddressPool" | "Router" | "Host", name: string, spec: object): unknown {
  return kinds[kind].complete(kinds[kind].schema.parse({ apiVersion, kind, metadata: { name }, spec }));
}
