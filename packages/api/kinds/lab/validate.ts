/** Rules across fields of one Lab. */
import type { Finding } from "../kind.ts";
import { linkName } from "./defaults.ts";
import type { LabInput, LabNode } from "./schema.ts";

export function validateLab({ spec }: LabInput): readonly Finding[] {
  return [
    ...spec.nodes.flatMap((node, index) => [
      ...nodeFindings(node, index),
      ...repeated(spec.nodes, index, "name"),
      ...repeated(spec.nodes, index, "id"),
    ]),
    ...spec.links.flatMap((_, index) => linkFindings(spec, index)),
  ];
}

function nodeFindings(node: LabNode, index: number): readonly Finding[] {
  const speaksBgp = ["Provider", "Edge", "Host"].includes(node.role);
  const wrong = [
    ...(node.asn !== undefined && !speaksBgp ? ["asn"] : []),
    ...(node.id !== undefined && node.role !== "Host" ? ["id"] : []),
    ...(node.capacity !== undefined && node.role !== "Host" ? ["capacity"] : []),
  ];
  return wrong.map((field) => ({
    code: "NW1205",
    path: ["spec", "nodes", index, field],
    message: `does not fit role ${node.role}`,
    hint: field === "asn" ? "only Provider, Edge and Host speak BGP" : "only a Host has it",
    onKey: true,
  }));
}

function repeated(nodes: readonly LabNode[], index: number, field: "name" | "id"): readonly Finding[] {
  const value = nodes[index]?.[field];
  const earlier = nodes.findIndex((other) => other[field] === value);
  if (value === undefined || earlier === index) return [];
  return [
    {
      code: "NW1205",
      path: ["spec", "nodes", index, field],
      message: `${value} is node ${earlier}'s ${field} too`,
      hint: "every node has its own",
    },
  ];
}

function linkFindings({ nodes, links }: LabInput["spec"], index: number): readonly Finding[] {
  const link = links[index];
  if (link === undefined) return [];
  const path = ["spec", "links", index];
  const strangers = link.ends.flatMap((end, number): Finding[] =>
    nodes.some(({ name }) => name === end.node)
      ? []
      : [
          {
            code: "NW1301",
            path: [...path, "ends", number, "node"],
            message: `there is no node ${end.node}`,
            hint: `nodes: ${nodes
              .map(({ name }) => name)
              .slice(0, 20)
              .join(", ")}`,
          },
        ],
  );
  const loop: readonly Finding[] =
    link.ends[0]?.node === link.ends[1]?.node
      ? [{ code: "NW1205", path, message: "joins a node with itself", hint: "name two nodes" }]
      : [];
  const name = linkName(link);
  const earlier = links.findIndex((other) => linkName(other) === name);
  const twice: readonly Finding[] =
    earlier === index
      ? []
      : [
          {
            code: "NW1205",
            path,
            message: `${name} is the name of link ${earlier} too`,
            hint: "give links between the same nodes names of their own",
          },
        ];
  return [...strangers, ...loop, ...twice];
}
