/** Rules across fields of one Lab. */
import { earlierWith, finding, keyFinding } from "../finding.ts";
import type { Finding } from "../kind.ts";
import { linkName } from "./defaults.ts";
import type { LabInput, LabNode } from "./schema.ts";
import { endFindings, networkFindings } from "./validate-network.ts";

type Spec = LabInput["spec"];

export function validateLab({ spec }: LabInput): readonly Finding[] {
  const nodes = spec.nodes.flatMap((node, index) => [
    ...roleFindings(node, index),
    ...networkFindings(node, ["spec", "nodes", index]),
    ...repeated(spec.nodes, index, "name"),
    ...repeated(spec.nodes, index, "id"),
  ]);
  return [...nodes, ...spec.links.flatMap((link, index) => linkFindings(spec, link, index))];
}

function roleFindings(node: LabNode, index: number): readonly Finding[] {
  const speaksBgp = ["Provider", "Edge", "Host"].includes(node.role);
  const complain = (field: "managed" | "asn" | "id" | "capacity", hint: string): readonly Finding[] =>
    node[field] === undefined
      ? []
      : [keyFinding("NW1205", ["spec", "nodes", index, field], `does not fit role ${node.role}`, hint)];
  return [
    ...(speaksBgp ? [] : complain("asn", "only Provider, Edge and Host speak BGP")),
    ...(node.role === "Edge" ? [] : complain("managed", "only an Edge may belong to others")),
    ...(node.role === "Host"
      ? []
      : [...complain("id", "only a Host has it"), ...complain("capacity", "only a Host has it")]),
  ];
}

function repeated(nodes: readonly LabNode[], index: number, field: "name" | "id"): readonly Finding[] {
  const earlier = earlierWith(nodes, index, field);
  if (earlier === undefined) return [];
  const message = `${nodes[index]?.[field]} is the ${field} of nodes[${earlier}] too`;
  return [finding("NW1205", ["spec", "nodes", index, field], message, "every node has its own")];
}

function linkFindings({ nodes, links }: Spec, link: Spec["links"][number], index: number): readonly Finding[] {
  const path = ["spec", "links", index];
  const names = nodes.map(({ name }) => name);
  const strangers = link.ends.flatMap((end, number) => {
    if (names.includes(end.node)) return [];
    const hint = `nodes: ${names.slice(0, 20).join(", ")}`;
    return [finding("NW1301", [...path, "ends", number, "node"], `there is no node ${end.node}`, hint)];
  });
  const ends = link.ends.flatMap((end, number) =>
    endFindings(end, nodes.find(({ name }) => name === end.node)?.role, [...path, "ends", number]),
  );
  const loop = link.ends[0]?.node === link.ends[1]?.node;
  const name = linkName(link);
  const earlier = links.findIndex((other) => linkName(other) === name);
  const hint = "give links between the same nodes names of their own";
  return [
    ...strangers,
    ...ends,
    ...(loop ? [finding("NW1205", path, "joins a node with itself", "name two nodes")] : []),
    ...(earlier === index ? [] : [finding("NW1205", path, `${name} is the name of links[${earlier}] too`, hint)]),
  ];
}
