/** The BGP sessions that a lab's links carry. Pure. */
import type { LabRole } from "@netwright/api";
import type { Ipv6 } from "@netwright/base";
import type { Topology } from "./topology.ts";

/** One session as one of its ends sees it: every session is there twice. */
export interface SessionEnd {
  readonly from: string;
  readonly to: string;
  /** The other end's, by which FRR knows it. */
  readonly peerAddress: Ipv6 | null;
  /** Who can tell: the agent through the server, or FRR of a provider or of somebody else's edge. */
  readonly told: "Agent" | "Frr";
}

/** A provider speaks to edges alone, hosts to edges alone. */
const speaks: Readonly<Partial<Record<LabRole, readonly LabRole[]>>> = {
  Provider: ["Edge"],
  Edge: ["Provider", "Edge", "Host"],
  Host: ["Edge"],
};

export function sessionEnds({ nodes, links }: Topology): readonly SessionEnd[] {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  return links.flatMap(({ ends }) =>
    ends.flatMap(({ node: from, peer }): readonly SessionEnd[] => {
      const [own, other] = [byName.get(from), byName.get(peer.node)];
      if (own === undefined || other === undefined || own.bgp === null || other.bgp === null) return [];
      if (speaks[own.role]?.includes(other.role) !== true) return [];
      const told = own.managed ? "Agent" : "Frr";
      return [{ from, to: peer.node, peerAddress: peer.address, told }];
    }),
  );
}

/**
 * Those ends that are not up.
 * @param up each session that is, by its two nodes: as often as there are sessions between the two.
 */
export function missingSessions<T extends Pick<SessionEnd, "from" | "to">>(
  wanted: readonly T[],
  up: readonly Pick<SessionEnd, "from" | "to">[],
): readonly T[] {
  const left = new Map<string, number>();
  for (const { from, to } of up) left.set(`${from} ${to}`, (left.get(`${from} ${to}`) ?? 0) + 1);
  return wanted.filter(({ from, to }) => {
    const found = left.get(`${from} ${to}`) ?? 0;
    left.set(`${from} ${to}`, found - 1);
    return found <= 0;
  });
}
