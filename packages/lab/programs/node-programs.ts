/** Which engines run in which node, and every file that nodes read. Pure. */
import type { Topology, TopologyNode } from "../topology/topology.ts";
import { frrFiles, frrPrograms, runsFrr } from "./frr.ts";
import { knotFiles, knotPrograms, renderKeyFile } from "./knot.ts";
import { hostLines, nameFiles } from "./name-files.ts";
import { givenFiles } from "./netwright.ts";
import type { NodeFile, NodeProgram } from "./program.ts";
import { unboundFiles, unboundPrograms } from "./unbound.ts";

/** Engines that are not Netwright's own: they run before the server does. */
export const enginePrograms = (topology: Topology): readonly NodeProgram[] =>
  topology.nodes.flatMap((node) => {
    if (runsFrr(node)) return frrPrograms(node);
    if (node.role === "Resolver") return unboundPrograms(node);
    return node.role === "NameServer" ? knotPrograms(node) : [];
  });

/** @param secret of the key for DNS updates, base64. */
export function nodeFiles(topology: Topology, secret: string): readonly NodeFile[] {
  const names = hostLines(topology);
  return topology.nodes.flatMap((node) => [...nameFiles(topology, node, names), ...roleFiles(topology, node, secret)]);
}

function roleFiles(topology: Topology, node: TopologyNode, secret: string): readonly NodeFile[] {
  if (runsFrr(node)) return frrFiles(topology, node);
  if (node.role === "Resolver") return unboundFiles(topology, node);
  if (node.role === "NameServer") return knotFiles(topology, node, secret);
  if (node.role !== "Control") return [];
  return [{ node: node.name, place: "lib", path: givenFiles.dnsKey, content: renderKeyFile(secret), mode: 0o600 }];
}
