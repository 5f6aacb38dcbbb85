/** Nodes, links and sessions, as configured and as reported. Pure. */
import type { Host, Router, Topology, TopologyLink, TopologyNode, TopologySession } from "@netwright/api";

import { instanceStatus } from "./instance-status.ts";
import type { Facts } from "./facts.ts";
import { nodeOfNeighbor } from "./announcements.ts";

export function topologyOf(facts: Facts): Topology {
  const hosts = [...facts.objects.hosts.values()].map(({ object }) => object);
  const routers = [...facts.objects.routers.values()].map(({ object }) => object);
  return {
    nodes: [...hosts.map((host) => hostNode(facts, host)), ...routers.map((router) => routerNode(facts, router))],
    links: [...hosts.flatMap(hostLinks), ...routers.flatMap((router) => routerLinks(facts, router))],
    sessions: [...hosts, ...routers].flatMap((node) => sessionsOf(facts, node.metadata.name)),
  };
}

function hostNode(facts: Facts, { metadata: { name }, spec: { asn } }: Host): TopologyNode {
  const instances = (facts.ledger.byHost.get(name) ?? []).map((entry) => {
    const { id, service, tier } = entry;
    return { id, service, tier, phase: instanceStatus(facts, entry).phase };
  });
  return { name, role: "Host", asn, ready: facts.reports.ready(name) === true, instances };
}

function routerNode(facts: Facts, { metadata: { name }, spec: { asn, upstream, managed } }: Router): TopologyNode {
  // Nobody reports for a router of others: it counts as there.
  return {
    name,
    role: upstream ? "Upstream" : "Router",
    asn,
    ready: !managed || facts.reports.ready(name) === true,
    instances: [],
  };
}

const hostLinks = ({ metadata: { name: node }, spec: { uplinks } }: Host): readonly TopologyLink[] =>
  uplinks.map((uplink) => ({
    from: { node, interface: uplink.interface, address: uplink.localAddress },
    to: { node: uplink.router, address: uplink.peerAddress },
  }));

/** Links that no host shows already; between two routers from the one that comes first, unless only the other writes it. */
function routerLinks(
  { objects }: Facts,
  { metadata: { name: node }, spec: { links } }: Router,
): readonly TopologyLink[] {
  return links.flatMap((link) => {
    const peer = link.router;
    if (peer === undefined) return [];
    const written =
      objects.routers
        .get(peer)
        ?.object.spec.links.some((other) => other.router === node && other.localAddress === link.peerAddress) === true;
    if (written && peer < node) return [];
    return [
      {
        from: { node, interface: link.interface, address: link.localAddress },
        to: { node: peer, address: link.peerAddress },
      },
    ];
  });
}

function sessionsOf(facts: Facts, node: string): readonly TopologySession[] {
  const neighbors = facts.states.get(node)?.state.bgp.neighbors ?? [];
  const report = facts.reports.ready(node) === true ? facts.reports.get(node)?.report : undefined;
  return neighbors.map(({ name }) => {
    const session = report?.sessions.find(({ neighbor }) => neighbor === name);
    const prefixes = (report?.announced ?? [])
      .filter((entry) => entry.neighbors.includes(name))
      .map(({ prefix }) => prefix);
    return {
      from: node,
      to: nodeOfNeighbor(facts, name),
      state: session?.state ?? "Unknown",
      bfd: session?.bfd ?? "None",
      prefixes,
    };
  });
}
