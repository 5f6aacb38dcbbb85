/** The lab for Graphviz. Pure. */
import type { LabRole } from "@netwright/api";
import type { Topology } from "../topology/topology.ts";
import type { DrawnFault } from "./faults.ts";

const shapes: Readonly<Partial<Record<LabRole, string>>> = {
  Switch: "box3d",
  Provider: "cylinder",
  Edge: "cylinder",
  Client: "ellipse",
};

export function drawDot({ nodes, links }: Topology, faults: readonly DrawnFault[] = []): string {
  const words = (name: string): readonly string[] =>
    faults.filter((fault) => fault.subject === name).map((fault) => fault.effect);
  const style = (name: string): string => {
    const own = words(name);
    if (own.length === 0) return "";
    return own.every((effect) => effect === "cut")
      ? ", style=dashed, color=red"
      : `, style=dashed, color=red, xlabel=${JSON.stringify(own.join("; "))}`;
  };
  return [
    "graph lab {",
    "  node [shape=box];",
    ...nodes.map(
      ({ name, role }) =>
        `  ${JSON.stringify(name)} [shape=${shapes[role] ?? "box"}, tooltip=${JSON.stringify(role)}${style(name)}];`,
    ),
    ...links.map(({ name, ends: [a, b] }) => {
      const labels = `taillabel=${JSON.stringify(a.interface)}, headlabel=${JSON.stringify(b.interface)}`;
      return `  ${JSON.stringify(a.node)} -- ${JSON.stringify(b.node)} [${labels}${style(name)}];`;
    }),
    "}",
    "",
  ].join("\n");
}
