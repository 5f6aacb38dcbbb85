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

interface Bfd {
  readonly interval: string;
  readonly multiplier: number;
}

/**
 * 400 ms, where nodes of their own have 150: a lab's nodes share one kernel, which at times keeps all of them from sending for
 * longer than that, for example while namespaces are taken away. At 50 ms a host takes 0.8 % of a core for BFD alone, so beyond 40 of
 * them packets come the more seldom.
 */
const bfdFor = (hosts: number): Bfd => ({ interval: `${Math.max(100, 50 * Math.ceil(hosts / 20))}ms`, multiplier: 4 });

function routerObject(node: TopologyNode, isRouter: (name: string) => boolean, bfd: Bfd): Router {
  const provider = node.role === "Provider";
  return object("Router", node.name, {
    managed: node.managed,
    asn: node.bgp?.asn,
    ...(node.managed ? { routerId: node.bgp?.routerId } : {}),
    ...(node.managed ? { bfd } : {}),
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
