/** A topology as rows of nodes from the internet down to the hosts. Pure. */
import type { LabRole } from "@netwright/api";
import type { Topology, TopologyLink, TopologyNode } from "../topology/topology.ts";

const layerOf: Readonly<Record<LabRole, number | null>> = {
  Client: 0,
  Resolver: 0,
  NameServer: 0,
  Provider: 1,
  Edge: 2,
  Host: 3,
  Linux: 4,
  Control: null,
  Switch: null,
};

export interface Layer {
  readonly nodes: readonly TopologyNode[];
  /** True when every node here has a link to every node of the next layer: one line can stand for all. */
  readonly joinsNext: boolean;
}

export interface Layers {
  readonly layers: readonly Layer[];
  readonly switches: readonly { readonly name: string; readonly members: readonly string[] }[];
  /** Links that neither rows nor switches show. */
  readonly others: readonly TopologyLink[];
}

const key = (a: string, b: string): string => [a, b].toSorted().join(" ");

export function layersOf({ nodes, links }: Topology): Layers {
  const linked = new Set(links.map(({ ends: [a, b] }) => key(a.node, b.node)));
  const rows = [0, 1, 2, 3, 4]
    .map((layer) => nodes.filter(({ role }) => layerOf[role] === layer))
    .filter((row) => row.length > 0);
  const layers = rows.map((row, index): Layer => {
    const next = rows[index + 1] ?? [];
    return {
      nodes: row,
      joinsNext: next.length > 0 && row.every((a) => next.every((b) => linked.has(key(a.name, b.name)))),
    };
  });
  const switches = nodes
    .filter(({ role }) => role === "Switch")
    .map(({ name, ports }) => ({ name, members: ports.map(({ peer }) => peer.node) }));
  const shown = new Set(
    layers.flatMap(({ nodes: row, joinsNext }, index) => shownLinks(row, joinsNext ? (rows[index + 1] ?? []) : [])),
  );
  const onSwitch = new Set(switches.map(({ name }) => name));
  const others = links.filter(
    ({ ends: [a, b] }) => !shown.has(key(a.node, b.node)) && !onSwitch.has(a.node) && !onSwitch.has(b.node),
  );
  return { layers, switches, others };
}

/** Links down from a row, and those between neighbours in it. */
function shownLinks(row: readonly TopologyNode[], next: readonly TopologyNode[]): readonly string[] {
  const beside = row.slice(1).map(({ name }, index) => key((row[index] as TopologyNode).name, name));
  return [...beside, ...row.flatMap((a) => next.map((b) => key(a.name, b.name)))];
}

/** Whether two nodes of one row have a link. */
export const areLinked = (a: TopologyNode, b: TopologyNode): boolean =>
  a.ports.some(({ peer }) => peer.node === b.name);
