/** What hears each other without a router: the two ends of a cable, or all that hang on joined switches. Pure. */
import type { LabRole } from "@netwright/api";
import type { Port, TopologyLink } from "./topology.ts";

/** A port, and where the manifest has it. */
export interface SegmentPort {
  readonly port: Port;
  readonly link: number;
  readonly end: 0 | 1;
}

/** Ports of nodes that are no switches, segment by segment. */
export function segmentsOf(
  links: readonly TopologyLink[],
  roles: ReadonlyMap<string, LabRole>,
): readonly (readonly SegmentPort[])[] {
  const isSwitch = (node: string): boolean => roles.get(node) === "Switch";
  const parents = new Map<string, string>();
  const root = (name: string): string => {
    const parent = parents.get(name);
    return parent === undefined || parent === name ? name : root(parent);
  };
  for (const { ends } of links)
    if (ends.every(({ node }) => isSwitch(node))) parents.set(root(ends[0].node), root(ends[1].node));
  const segmentOf = ({ ends }: TopologyLink, link: number): string => {
    const found = ends.find(({ node }) => isSwitch(node));
    // No name of a node has a colon.
    return found === undefined ? `link:${link}` : root(found.node);
  };
  const ports = links.flatMap((link, index) =>
    ([0, 1] as const).flatMap((end) => {
      const port = link.ends[end];
      return isSwitch(port.node) ? [] : [{ port, link: index, end, segment: segmentOf(link, index) }];
    }),
  );
  return [...Map.groupBy(ports, ({ segment }) => segment).values()];
}
