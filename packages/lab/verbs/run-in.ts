/** A command at a node, for programs: its output is returned, not shown. */
import type { Milliseconds } from "@netwright/base";
import type { RunResult } from "@netwright/contract";
import type { LabContext } from "../context.ts";
import { enter } from "../sandbox/enter.ts";
import { sandboxEnvironment } from "../sandbox/environment.ts";
import { findNode } from "../topology/find.ts";
import { findLab } from "./list.ts";
import { nodeProcess } from "./node-process.ts";

export interface RunInOptions {
  readonly lab?: string;
  readonly node: string;
  readonly command: readonly string[];
  readonly timeout?: Milliseconds;
}

/** @throws NW1701 for a lab or node that is not there, NW1703 when it has ended, NW1605 when the time is over. */
export async function runIn(context: LabContext, { lab, node, command, timeout }: RunInOptions): Promise<RunResult> {
  const { record } = await findLab(context, lab);
  const { pid } = await nodeProcess(context, record, findNode(record.topology, node).name);
  const environment = Object.entries(sandboxEnvironment).map(([key, value]) => `${key}=${value}`);
  return context.runner.run(
    enter(pid, ["env", "-i", ...environment, ...command]),
    timeout === undefined ? {} : { timeout },
  );
}
