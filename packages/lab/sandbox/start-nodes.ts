/** Makes every node and learns its process 1. */
import { NetwrightError } from "@netwright/base";
import type { LabContext } from "../context.ts";
import type { LabPaths } from "../record/paths.ts";
import type { NodeProcess } from "../record/record.ts";
import type { Topology } from "../topology/topology.ts";
import { runScript } from "./run-script.ts";

/** @throws NW1703 that names the nodes that did not come up. */
export async function startNodes(
  context: LabContext,
  paths: LabPaths,
  sandbox: number,
  topology: Topology,
): Promise<Readonly<Record<string, NodeProcess>>> {
  const output = await runScript(context, paths, sandbox, "nodes");
  const nodes = Object.fromEntries(output.trim().split("\n").map(parseNode));
  const missing = topology.nodes.filter(({ name }) => !Object.hasOwn(nodes, name)).map(({ name }) => name);
  if (missing.length === 0) return nodes;
  throw new NetwrightError("NW1703", `not started: ${missing.join(", ")}`, { hint: `see ${paths.logs}/nodes.log` });
}

/** `NODE PID TICKS PID-IN-SANDBOX`, as the node's script prints it. */
function parseNode(line: string): readonly [string, NodeProcess] {
  const [name = "", pid, startTicks, pidInSandbox] = line.split(" ");
  return [name, { machine: { pid: Number(pid), startTicks: Number(startTicks) }, pidInSandbox: Number(pidInSandbox) }];
}
