/** A command at a node, for programs: its output is returned, not shown. */
import { seconds, type Milliseconds } from "@netwright/base";
import { runInNode, type NodeRunResult } from "../command/run-in-node.ts";
import type { LabContext } from "../context.ts";
import { findNode } from "../topology/find.ts";
import { findLab } from "./list.ts";

export interface RunInOptions {
  readonly lab?: string;
  readonly node: string;
  readonly command: readonly string[];
  /** A minute when left out. */
  readonly timeout?: Milliseconds;
}

/** @throws NW1701 for a lab or node that is not there, NW1703 when it has ended. When the time is over, that is told. */
export async function runIn(
  context: LabContext,
  { lab, node, command, timeout = seconds(60) }: RunInOptions,
): Promise<NodeRunResult> {
  const { record, paths } = await findLab(context, lab);
  return runInNode(paths, findNode(record.topology, node).name, { argv: command, timeout });
}
