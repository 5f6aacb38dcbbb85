/** Process 1 of a node that is known to live. */
import { NetwrightError } from "@netwright/base";
import type { ProcessId } from "@netwright/contract";
import type { LabContext } from "../context.ts";
import type { LabRecord } from "../record/record.ts";

/** @throws NW1703 when the node does not stand, or no longer: its pid may be anybody's by now. */
export async function nodeProcess(
  context: LabContext,
  { name, phase, nodes }: LabRecord,
  node: string,
): Promise<ProcessId> {
  const found = nodes[node]?.machine;
  if (found !== undefined && (await context.processes.alive(found))) return found;
  const message =
    found === undefined && phase === "Building"
      ? `${node} of the lab ${name} is not up yet`
      : `${node} of the lab ${name} does not run`;
  throw new NetwrightError("NW1703", message, { hint: "netwright lab up builds a broken lab anew" });
}
