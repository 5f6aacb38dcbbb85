/** The lab for Graphviz. Pure. */
import type { LabRole } from "@netwright/api";
import type { Topology } from "../topology/topology.ts";

const shapes: Readonly<Partial<Record<LabRole, string>>> = {
  Switch: "box3d",
  Provider: "cylinder",
  Edge: "cylinder",
  Client: "ellipse",
};

/** @param cuts names of links that are cut. */
export function drawDot({ nodes, links }: Topology, cuts: readonly string[] = []): string {
  const cut = new Set(cuts);
  return [
    "graph lab {",
    "  node [shape=box];",
    ...nodes.map(
      ({ name, role }) =>
        `  ${JSON.stringify(name)} [shape=${shapes[role] ?? "box"}, tooltip=${JSON.stringify(role)}];`,
    ),
    ...links.map(({ name, ends: [a, b] }) => {
      const style = cut.has(name) ? ", style=dashed, color=red" : "";
      const labels = `taillabel=${JSON.stringify(a.interface)}, headlabel=${JSON.stringify(b.interface)}`;
      return `  ${JSON.stringify(a.node)} -- ${JSON.stringify(b.node)} [${labels}${style}];`;
    }),
    "}",
    "",
  ].join("\n");
}
