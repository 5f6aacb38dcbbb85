/** The script that wires all nodes: one `ip` process for the links, one in each node for what is set from inside. Pure. */
import { hereDocument } from "../sandbox/shell.ts";
import type { Topology } from "../topology/topology.ts";
import { linkBatch, namespaceBatch, nodeBatch } from "./batches.ts";

/**
 * Prints `failed NODE` for every node whose batch did not pass; nothing when all is wired.
 * @param pids of a process in every node, as the sandbox sees it.
 */
export function linksScript(topology: Topology, pids: Readonly<Record<string, number>>): string {
  const nodes = topology.nodes.map(({ name, ...node }) =>
    hereDocument(`ip -n ${name} -batch -`, nodeBatch({ name, ...node }), ` || echo "failed ${name}" &`),
  );
  return [
    "set -eu",
    hereDocument("ip -batch -", [...namespaceBatch(topology, pids), ...linkBatch(topology)]),
    ...nodes,
    "wait",
    "",
  ].join("\n");
}
